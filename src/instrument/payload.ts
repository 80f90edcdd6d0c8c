import { MAX_PAYLOAD_CHARS } from "../events/fields.ts";
import type { ReportFault } from "./faults.ts";

/** What JSON can say. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

/** A copy of the payload as JSON has it, so that later changes by its owner do not reach the event; nothing where it is none. */
export function cleanPayload(value: JsonValue | undefined, what: string, report: ReportFault): JsonValue | undefined {
  if (value === undefined) return undefined;
  let json: string | undefined;
  try {
    json = JSON.stringify(value);
  } catch {
    report("circular", () => `${what} cannot be written as JSON (it may refer to itself); it is left out`);
    return undefined;
  }
  if (json === undefined) return undefined;
  if (json.length > MAX_PAYLOAD_CHARS) {
    report("too_large", () => `${what} takes ${json.length} characters of JSON, more than ${MAX_PAYLOAD_CHARS}; it is left out`);
    return undefined;
  }
  return JSON.parse(json) as JsonValue;
}
