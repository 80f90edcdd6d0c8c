import { readAnyValue, readInteger } from "./any-value.ts";
import type { LogRecord } from "./claude-code.ts";
import { DecodeError } from "./decode-error.ts";
import { messages, messagesOf, readAttributes, serviceOf, textOf } from "./message.ts";

/** Most records in one request. */
const MAX_RECORDS = 50_000;

/**
 * Reads the records of a request for logs that have a name, as events have; the others are lines for people.
 *
 * @throws DecodeError where there are too many
 */
export function readLogRecords(request: unknown): LogRecord[] {
  const records: LogRecord[] = [];
  for (const { resource, scopeLogs } of messages(request, "resourceLogs")) {
    const service = serviceOf(resource);
    for (const { logRecords } of messagesOf(scopeLogs)) {
      if (Array.isArray(logRecords) && records.length + logRecords.length > MAX_RECORDS) {
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
  return records;
}
