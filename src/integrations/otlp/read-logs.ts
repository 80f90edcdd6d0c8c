import type { Attributes } from "../spans/span.ts";
import { readAnyValue, readInteger } from "./any-value.ts";
import { DecodeError } from "./decode-error.ts";
import { messages, messagesOf, readAttributes, serviceOf, textOf } from "./message.ts";

/** A log record that has a name, as events have. */
export interface LogRecord {
  /** Such as `claude_code.api_request`. */
  readonly name: string;
  readonly service: string;
  readonly timeUnixMillis: number;
  /** As exact as it came: tells records of one session apart. */
  readonly timeKey: string;
  readonly attributes: Attributes;
}

/** What a request for logs held. */
export interface ReadLogs {
  readonly records: readonly LogRecord[];
  /** All of them, those without a name included. */
  readonly items: number;
}

/** Most records in one request. */
const MAX_RECORDS = 50_000;

/**
 * Reads the records of a request for logs that have a name, as events have; the others are lines for people.
 *
 * @throws DecodeError where there are too many
 */
export function readLogRecords(request: unknown): ReadLogs {
  const records: LogRecord[] = [];
  let items = 0;
  for (const { resource, scopeLogs } of messages(request, "resourceLogs")) {
    const service = serviceOf(resource);
    for (const { logRecords } of messagesOf(scopeLogs)) {
      items += Array.isArray(logRecords) ? logRecords.length : 0;
      if (items > MAX_RECORDS) {
        throw new DecodeError("too_many_parts", `the body has more than ${MAX_RECORDS} records`);
      }
      for (const { timeUnixNano, observedTimeUnixNano, body, attributes, eventName } of messagesOf(logRecords)) {
        const name = textOf(eventName) ?? textOf(readAnyValue(body));
        const nanos = readInteger(timeUnixNano) || readInteger(observedTimeUnixNano);
        if (name === undefined || nanos === undefined) continue;
        records.push({
          name,
          service,
          timeUnixMillis: Math.round(nanos / 1e6),
          timeKey: String(nanos),
          attributes: readAttributes(attributes),
        });
      }
    }
  }
  return { records, items };
}
