import { z } from "zod";
import { correlationFields, envelopeFields } from "../events/envelope.ts";
import { count, name, unixMillis } from "../events/fields.ts";
import { eventSchemas } from "../events/schemas.ts";
import type { EventType } from "../events/types.ts";

/** What a column holds. A moment is milliseconds since 1970 here and a timestamp in files; `json` is text that is JSON. */
export type Kind = "text" | "integer" | "number" | "boolean" | "moment" | "json";

/** One column of a table of events. */
export interface Column {
  readonly name: string;
  /** The field of the event that it shows. */
  readonly field: string;
  /** `rest`: everything that has no column of its own. */
  readonly of: "envelope" | "data" | "rest";
  readonly kind: Kind;
  /** Has a value in every row. */
  readonly isRequired: boolean;
  readonly unit?: string;
  readonly meaning?: string;
  /** The event types whose `data` has the field. */
  readonly types: readonly EventType[];
}

/** Kinds by the types of JSON schema. */
const kinds: Readonly<Record<string, Kind>> = { string: "text", integer: "integer", number: "number", boolean: "boolean" };
/** What fields that are moments end in, and their columns do not. */
const MOMENT = "UnixMillis";

const { id, timeUnixMillis, source } = envelopeFields;
const storedEnvelope = z.object({
  seq: count.describe("Gap-free and growing with every event kept: the order of the rows."),
  id,
  timeUnixMillis,
  receivedUnixMillis: unixMillis.describe("When the hub received it."),
  type: name.describe("What happened: one of the event types."),
  source,
  ...correlationFields,
});

const rest: readonly Column[] = [
  restOf("attributes", "The sender's own attributes: a JSON object."),
  restOf("data", "What of the event's `data` has no column of its own, such as lists: a JSON object."),
];

/**
 * The columns of every table of events, in order: each field of the envelope, each field of `data` that is a single value of one kind in every type that has it,
 * and two for everything else. Fields of one name and kind share a column. A new field of the vocabulary is a new column and renames none.
 */
export const columns: readonly Column[] = [...columnsOf(storedEnvelope, []), ...columnsOfData(), ...rest];

function columnsOfData(): Column[] {
  const all = Object.entries(eventSchemas).flatMap(([type, schema]) => columnsOf(schema, [type as EventType]));
  return [...Map.groupBy(all, ({ name }) => name).values()].flatMap((same) => {
    const [first] = same as [Column, ...Column[]];
    const having = Object.values(eventSchemas).filter(({ shape }) => Object.hasOwn(shape, first.field));
    // A field that is a text in one event type and free-form in another would be half a column.
    if (same.length < having.length || same.some(({ kind }) => kind !== first.kind)) return [];
    return { ...first, types: same.flatMap(({ types }) => types) };
  });
}

/** What a field's JSON schema says for its column. */
interface FieldSchema {
  readonly type?: string;
  readonly unit?: string;
  readonly description?: string;
}

function columnsOf(schema: z.ZodObject, types: readonly EventType[]): Column[] {
  const { properties = {}, required = [] } = z.toJSONSchema(schema) as {
    properties?: Record<string, FieldSchema>;
    required?: string[];
  };
  return Object.entries(properties).flatMap(([field, { type = "", unit, description }]) => {
    const isMoment = field.endsWith(MOMENT);
    const kind = isMoment ? "moment" : kinds[type];
    if (kind === undefined) return [];
    return {
      name: isMoment ? field.slice(0, -MOMENT.length) : field,
      field,
      of: types.length > 0 ? "data" : "envelope",
      kind,
      isRequired: types.length === 0 && required.includes(field),
      ...(unit === undefined || isMoment ? {} : { unit }),
      ...(description === undefined ? {} : { meaning: description }),
      types,
    };
  });
}

function restOf(field: string, meaning: string): Column {
  return { name: field, field, of: "rest", kind: "json", isRequired: false, meaning, types: [] };
}
