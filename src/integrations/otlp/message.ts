import type { AttributeValue } from "../spans/span.ts";
import { readAnyValue } from "./any-value.ts";

/** A message of OTLP, decoded from protobuf or from JSON, of which nothing is known yet. */
export type Message = Readonly<Record<string, unknown>>;

/** Most attributes of one span or record that are read; OpenTelemetry's own SDKs stop at 128. */
const MAX_ATTRIBUTES = 512;
const NO_SERVICE = "unknown_service";
const EMPTY: Message = Object.freeze({});

/** `service.name` of a resource. */
export function serviceOf(resource: unknown): string {
  const name = readAttributes(message(resource).attributes).get("service.name");
  return typeof name === "string" && name !== "" ? name : NO_SERVICE;
}

/** A map, so that no key of a sender is ever taken for a property of ours. */
export function readAttributes(list: unknown): Map<string, AttributeValue> {
  const attributes = new Map<string, AttributeValue>();
  if (!Array.isArray(list)) return attributes;
  const count = Math.min(list.length, MAX_ATTRIBUTES);
  for (let index = 0; index < count; index += 1) {
    const { key, value } = message(list[index]);
    const read = readAnyValue(value);
    if (typeof key === "string" && read !== undefined) attributes.set(key, read);
  }
  return attributes;
}

/** Undefined where it is no text, or an empty one. */
export function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The messages in a field of another; none where it is no list. */
export function messages(of: unknown, field: string): readonly Message[] {
  return messagesOf(message(of)[field]);
}

export function messagesOf(list: unknown): readonly Message[] {
  return Array.isArray(list) ? list.map(message) : [];
}

/** An empty one where it is none. */
export function message(value: unknown): Message {
  return typeof value === "object" && value !== null ? (value as Message) : EMPTY;
}
