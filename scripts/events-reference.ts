import { z } from "zod";
import { envelopeFields } from "../src/events/envelope.ts";
import { MAX_AMOUNT, MAX_COUNT, MAX_TEXT_CHARS, name } from "../src/events/fields.ts";
import { eventAbout, eventFamilies } from "../src/events/schemas.ts";
import { code, describeType, type FieldSchema, markdownTable, unitOf } from "./json-schema-tables.ts";

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
      ` limit is cut at ${MAX_TEXT_CHARS} characters. Unknown fields, and anything else that is out of bounds, are refused by name.` +
      ` An amount may be up to ${MAX_AMOUNT.toLocaleString("en")} seconds or US dollars, or ${MAX_COUNT.toLocaleString("en")} tokens or pieces of anything.`,
    "## Envelope",
    table(envelope),
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
    table(schema),
  ].join("\n\n");
}

/** A table of the fields of an object. */
function table(schema: z.ZodType): string {
  // What a sender writes, not what it becomes: a field with a default is not required.
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: "input" }) as FieldSchema;
  const rows = Object.entries(properties).map(([field, its]) => [
    code(field),
    describeType(its),
    unitOf(its),
    required.includes(field) ? "yes" : its.default === undefined ? "" : `else ${code(its.default)}`,
    its.description ?? "",
  ]);
  return rows.length === 0 ? "No data." : markdownTable(["Field", "Type", "Unit", "Required", "Meaning"], rows);
}

function link(type: string): string {
  return `[\`${type}\`](#${type})`;
}

function capitalise(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
