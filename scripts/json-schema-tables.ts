import { MAX_AMOUNT } from "../src/events/fields.ts";

/** The parts of a JSON schema that tables tell. */
export interface FieldSchema {
  readonly $ref?: string;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly FieldSchema[];
  readonly items?: FieldSchema;
  readonly properties?: Readonly<Record<string, FieldSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: FieldSchema | boolean;
  readonly format?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly default?: unknown;
  readonly description?: string;
  /** As the schemas have it; OpenAPI wants fields of one's own to begin with `x-`. */
  readonly unit?: string;
  readonly "x-unit"?: string;
}

/** A table in Markdown; columns that would be empty are left out, and all of it where there are no rows. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return "";
  const kept = head.map((_, column) => column).filter((column) => column === 0 || rows.some((row) => row[column] !== ""));
  const line = (cells: readonly string[]): string => `| ${kept.map((column) => cells[column] ?? "").join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** The fields of an object, those within it after their own, such as `windows[].events`. */
export function fieldTable(schema: FieldSchema): string {
  return markdownTable(["Field", "Type", "Unit", "Meaning"], fieldRows(schema, ""));
}

function fieldRows(schema: FieldSchema, prefix: string): string[][] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const inner = innerOf(field);
    const isOptional = schema.required?.includes(name) !== true;
    return [
      [
        `\`${prefix}${name}\``,
        `${describeType(field)}${isOptional ? ", may be missing" : ""}`,
        unitOf(field),
        field.description ?? "",
      ],
      ...(inner === undefined ? [] : fieldRows(inner.schema, `${prefix}${name}${inner.suffix}`)),
    ];
  });
}

export function unitOf(field: FieldSchema): string {
  return field.unit ?? field["x-unit"] ?? "";
}

/** The object within a field whose own fields are worth rows, as it has no name to link to. */
function innerOf(field: FieldSchema): { readonly schema: FieldSchema; readonly suffix: string } | undefined {
  if (field.properties !== undefined) return { schema: field, suffix: "." };
  if (field.items !== undefined) return within(field.items, "[]");
  if (typeof field.additionalProperties === "object") return within(field.additionalProperties, ".*");
  const alternatives = (field.anyOf ?? []).flatMap((alternative) => innerOf(alternative) ?? []);
  return alternatives.length === 1 ? alternatives[0] : undefined;
}

function within(field: FieldSchema, suffix: string): ReturnType<typeof innerOf> {
  const inner = innerOf(field);
  return inner === undefined ? undefined : { schema: inner.schema, suffix: `${suffix}${inner.suffix}` };
}

/** What a field may be, in a few words; schemas with a name are linked to. */
export function describeType(field: FieldSchema): string {
  if (field.$ref !== undefined) return link(field.$ref.split("/").at(-1) ?? "");
  if (field.const !== undefined) return code(field.const);
  if (field.enum !== undefined) return field.enum.map(code).join(", ");
  if (field.anyOf !== undefined) return [...new Set(field.anyOf.map(describeType))].join(" or ");
  switch (field.type) {
    case "string":
      return describeText(field);
    case "integer":
      return `whole number${bounds(field)}`;
    case "number":
      return `number${bounds(field)}`;
    case "boolean":
      return "true or false";
    case "null":
      return "null";
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

function describeText({ format, pattern, maxLength }: FieldSchema): string {
  if (format === "date-time") return "moment by ISO 8601";
  if (format === "date") return "day by ISO 8601";
  if (pattern !== undefined) return `text that matches ${code(pattern)}`;
  return maxLength === undefined ? "text" : `text, up to ${maxLength} characters`;
}

function bounds({ minimum, maximum }: FieldSchema): string {
  // JSON Schema spells out the safe integers where no limit was set.
  const bottom = minimum === Number.MIN_SAFE_INTEGER ? undefined : minimum;
  // The bounds of amounts are said once for all of them.
  const top = maximum !== undefined && maximum >= MAX_AMOUNT ? undefined : maximum;
  if (bottom !== undefined && top !== undefined) return `, ${bottom} to ${top}`;
  return bottom === undefined ? "" : `, at least ${bottom}`;
}

export function link(name: string): string {
  return `[${name}](#${name.toLowerCase().replaceAll(" ", "-")})`;
}

export function code(value: unknown): string {
  return `\`${String(value)}\``;
}
