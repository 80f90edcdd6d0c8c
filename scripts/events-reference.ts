import { z } from "zod";
import { envelopeFields } from "../src/events/envelope.ts";
import { MAX_TEXT_CHARS, name } from "../src/events/fields.ts";
import { eventAbout, eventFamilies } from "../src/events/schemas.ts";

/** The parts of a field's JSON schema that the page tells. */
interface FieldSchema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly FieldSchema[];
  readonly items?: FieldSchema;
  readonly additionalProperties?: FieldSchema | boolean;
  readonly pattern?: string;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: unknown;
  readonly unit?: string;
  readonly description?: string;
}

interface ObjectSchema {
  readonly properties: Readonly<Record<string, FieldSchema>>;
  readonly required?: readonly string[];
}

type Column = readonly [title: string, cell: (name: string, field: FieldSchema, required: boolean) => string];

const columns: readonly Column[] = [
  ["Field", (name) => `\`${name}\``],
  ["Type", (_name, field) => describeType(field)],
  ["Unit", (_name, field) => field.unit ?? ""],
  ["Required", (_name, field, required) => (required ? "yes" : field.default === undefined ? "" : `else ${code(field.default)}`)],
  ["Meaning", (_name, field) => field.description ?? ""],
];

const { id, ...otherFields } = envelopeFields;
const envelope = z.object({
  id,
  type: name.describe("One of the types below."),
  ...otherFields,
  data: z.looseObject({}).describe("What its type says below."),
});

/** The reference of every event type as one Markdown page, made from the vocabulary and nothing else. */
export function renderEventsReference(): string {
  const families = Object.entries(eventFamilies);
  const blocks = [
    "# Events",
    "<!-- Made from src/events by `npm run generate`. Change the schemas, not this page. -->",
    "Everything that happens is one event: an envelope that says when, where and who, and `data` that says what. Text without a" +
      ` limit is cut at ${MAX_TEXT_CHARS} characters. Unknown fields, and anything else that is out of bounds, are refused by name.`,
    "## Envelope",
    table(jsonSchemaOf(envelope)),
    "## Types",
    families.map(([family, types]) => `- **${family}**: ${Object.keys(types).map(link).join(", ")}`).join("\n"),
    ...families.flatMap(([family, types]) => [`## ${capitalise(family)}`, ...Object.entries(types).map(renderType)]),
  ];
  return `${blocks.join("\n\n")}\n`;
}

function renderType([type, schema]: readonly [string, z.ZodType]): string {
  const about = eventAbout.get(schema);
  if (about === undefined) throw new Error(`${type} says nothing about itself`);
  return [
    `### ${type}`,
    about.summary,
    ...(about.needs.length === 0 ? [] : [`Its envelope needs ${about.needs.map(code).join(" and ")}.`]),
    table(jsonSchemaOf(schema)),
  ].join("\n\n");
}

function jsonSchemaOf(schema: z.ZodType): ObjectSchema {
  // What a sender writes, not what it becomes: a field with a default is not required.
  return z.toJSONSchema(schema, { io: "input" }) as unknown as ObjectSchema;
}

/** A table of the fields; columns that would be empty are left out. */
function table({ properties, required = [] }: ObjectSchema): string {
  const fields = Object.entries(properties);
  if (fields.length === 0) return "No data.";
  const filled = columns
    .map(([title, cell]) => [title, ...fields.map(([name, field]) => cell(name, field, required.includes(name)))])
    .filter(([, ...cells]) => cells.some((cell) => cell !== ""));
  const rows = ["", ...fields].map((_, index) => `| ${filled.map((column) => column[index]).join(" | ")} |`);
  const [head, ...body] = rows;
  return [head, `|${" --- |".repeat(filled.length)}`, ...body].join("\n");
}

function describeType(field: FieldSchema): string {
  if (field.enum !== undefined) return field.enum.map(code).join(", ");
  if (field.anyOf !== undefined) return field.anyOf.map(describeType).join(" or ");
  switch (field.type) {
    case "string":
      if (field.pattern !== undefined) return `text that matches \`${field.pattern}\``;
      return field.maxLength === undefined ? "text" : `text, up to ${field.maxLength} characters`;
    case "integer":
      return `whole number${bounds(field)}`;
    case "number":
      return `number${bounds(field)}`;
    case "boolean":
      return "true or false";
    case "array":
      return `list of ${describeType(field.items ?? {})}`;
    case "object":
      return typeof field.additionalProperties === "object"
        ? `object with values of ${describeType(field.additionalProperties)}`
        : "object";
    default:
      return "any JSON";
  }
}

function bounds({ minimum, maximum }: FieldSchema): string {
  // JSON Schema spells out the largest safe integer where no limit was set.
  const top = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  if (minimum !== undefined && top !== undefined) return `, ${minimum} to ${top}`;
  return minimum === undefined || minimum < -1e15 ? "" : `, at least ${minimum}`;
}

function link(type: string): string {
  return `[\`${type}\`](#${type})`;
}

function code(value: unknown): string {
  return `\`${String(value)}\``;
}

function capitalise(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
