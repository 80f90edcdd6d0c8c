import { correlationFields } from "../../events/envelope.ts";
import { cut } from "../../events/fields.ts";
import { eventSchemas } from "../../events/schemas.ts";
import type { EventType } from "../../events/types.ts";
import { uuidv7 } from "../../events/uuid.ts";
import { type Fields, type Flat, flatten, isFields } from "./flat.ts";
import { readOwn } from "./own.ts";
import { repair } from "./repair.ts";
import { readTime } from "./time.ts";
import { isEventType, typeOf } from "./type-names.ts";

/** What stands in where a sender does not say it. */
export interface ShapeDefaults {
  readonly source: string;
  readonly nowUnixMillis: number;
}

const CORRELATION = Object.keys(correlationFields);
/** Longest attribute that leftovers of a foreign payload become, in characters. */
const MAX_ATTRIBUTE_CHARS = 4_096;
const MAX_ATTRIBUTES = 64;

/**
 * Brings what arrived to the envelope of the vocabulary: native events with id, time and source filled in, and the shapes of other
 * systems, what a hub itself gave out, `{event_type, timestamp, payload}`, `{event_type, event_data, metadata, timestamp}`, research events, journey milestones,
 * and CloudEvents in JSON. What it does not know is left as it is, for validation to name. Fields that the vocabulary has no place for
 * become attributes, so nothing is lost.
 */
export function readShape(value: unknown, defaults: ShapeDefaults): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const fields = readOwn(value as Fields) ?? (value as Fields);
  if (typeof fields.specversion === "string") return readCloudEvent(fields, defaults);
  if (typeof fields.event_type === "string") return readForeign(fields.event_type, payloadOf(fields), fields, defaults);
  if (typeof fields.milestone_type === "string") return readForeign(milestoneTypeOf(fields.status), fields, fields, defaults);
  return { id: uuidv7(defaults.nowUnixMillis), timeUnixMillis: defaults.nowUnixMillis, source: defaults.source, ...fields };
}

function readCloudEvent(fields: Fields, defaults: ShapeDefaults): unknown {
  const { id, source, type, time, data, specversion: _, datacontenttype: __, dataschema: ___, subject, ...extensions } = fields;
  const payload = isFields(data) ? data : {};
  const outer = { ...lowerCaseCorrelation(extensions), source, timestamp: time, event_id: id, subject };
  return readForeign(typeof type === "string" ? type : "", payload, outer, defaults);
}

/** CloudEvents allow extension attributes of lower-case letters only: `taskid` is `taskId`. */
function lowerCaseCorrelation(extensions: Fields): Fields {
  const named = CORRELATION.map((name) => [name, extensions[name.toLowerCase()]] as const);
  return { ...extensions, ...Object.fromEntries(named.filter(([, value]) => value !== undefined)) };
}

function readForeign(name: string, payload: Fields, outer: Fields, defaults: ShapeDefaults): unknown {
  const type = typeOf(name);
  if (!isEventType(type)) return { type: name };
  const known = new Set([...Object.keys(eventSchemas[type].shape), ...CORRELATION]);
  const around = flatten(withoutPayload(outer), known);
  const flat = flatten(payload, known);
  const agent = flat.agent ?? flat.agentId ?? around.agent ?? around.agentId;
  const correlation = pick({ ...around, ...flat, ...(agent === undefined ? {} : { agent }) }, CORRELATION);
  if (type === "agents_coordinated" && typeof flat.pattern === "string") flat.pattern = patternOf(flat.pattern);
  repair(type, flat);
  const time = readTime(outer.timestamp) ?? readTime(payload.timestamp) ?? defaults.nowUnixMillis;
  return {
    ...correlation,
    id: outer.event_id ?? outer.id ?? uuidv7(defaults.nowUnixMillis),
    type,
    timeUnixMillis: time,
    source: typeof outer.source === "string" ? outer.source : defaults.source,
    attributes: attributesOf({ ...metadataOf(outer), ...leftovers(type, flat) }),
    data: pick(flat, Object.keys(eventSchemas[type].shape)),
  };
}

function payloadOf(fields: Fields): Fields {
  const payload = fields.payload ?? fields.event_data ?? fields.data;
  return isFields(payload) ? payload : {};
}

function withoutPayload({ payload: _, event_data: __, data: ___, metadata: ____, ...outer }: Fields): Fields {
  return outer;
}

function milestoneTypeOf(status: unknown): EventType {
  if (status === "completed" || status === "failed") return `milestone_${status}`;
  return "milestone_started";
}

function patternOf(pattern: string): string {
  const patterns: readonly string[] = eventSchemas.agents_coordinated.shape.pattern.options;
  return patterns.includes(pattern) ? pattern : "other";
}

function metadataOf(outer: Fields): Fields {
  return isFields(outer.metadata) ? outer.metadata : {};
}

function leftovers(type: EventType, flat: Flat): Fields {
  const placed = new Set([...Object.keys(eventSchemas[type].shape), ...CORRELATION, "timestamp", "metadata"]);
  return { ...metadataOf(flat), ...Object.fromEntries(Object.entries(flat).filter(([name]) => !placed.has(name))) };
}

function attributesOf(fields: Fields): Record<string, string | number | boolean> | undefined {
  const attributes = Object.entries(fields).filter(([, value]) => value !== undefined && value !== null);
  if (attributes.length === 0) return undefined;
  return Object.fromEntries(attributes.slice(0, MAX_ATTRIBUTES).map(([name, value]) => [name, attributeOf(value)]));
}

function attributeOf(value: unknown): string | number | boolean {
  if (typeof value === "number" || typeof value === "boolean") return value;
  return cut(typeof value === "string" ? value : JSON.stringify(value), MAX_ATTRIBUTE_CHARS);
}

function pick(fields: Fields, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    names.filter((name) => fields[name] !== undefined && fields[name] !== null).map((name) => [name, fields[name]]),
  );
}
