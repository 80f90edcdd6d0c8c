import { z } from "zod";

/** A JSON schema, as OpenAPI 3.1 has it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

const COMPONENTS = "#/components/schemas/";

/** Makes JSON schemas of zod's; those that have an id are kept once, as components, and referred to. */
export class JsonSchemas {
  readonly #components = new Map<string, JsonSchema>();

  /** By id, in alphabetical order. */
  get components(): Readonly<Record<string, JsonSchema>> {
    return Object.fromEntries([...this.#components].sort(([one], [other]) => (one < other ? -1 : 1)));
  }

  /** @param io what is sent, or what becomes of it: a field with a default is missing in the one and there in the other */
  of(schema: z.ZodType, io: "input" | "output"): JsonSchema {
    // Within another one, as a schema with an id would otherwise be written out where it stands at the top.
    const written = z.toJSONSchema(z.object({ it: schema }), { io, unrepresentable: "any", override: tidy });
    const text = JSON.stringify(written).replaceAll('"$ref":"#/$defs/', `"$ref":"${COMPONENTS}`);
    const { properties, $defs = {} } = JSON.parse(text) as { properties: { it: JsonSchema }; $defs?: Record<string, JsonSchema> };
    for (const [id, definition] of Object.entries($defs)) this.#keep(id, definition);
    return properties.it;
  }

  #keep(id: string, definition: JsonSchema): void {
    const known = this.#components.get(id);
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(definition)) {
      throw new Error(`two different schemas have the id ${id}`);
    }
    this.#components.set(id, definition);
  }
}

function tidy({ jsonSchema }: { jsonSchema: Record<string, unknown> }): void {
  // The format says it in fewer words.
  if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  delete jsonSchema.id;
  if (jsonSchema.unit === undefined) return;
  // A keyword of ours, which by the rules of OpenAPI begins with x-.
  jsonSchema["x-unit"] = jsonSchema.unit;
  delete jsonSchema.unit;
}
