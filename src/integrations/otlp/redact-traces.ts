import { mayHoldSecretOnWire } from "../../redaction/glance.ts";
import { REDACTED } from "../../redaction/placeholder.ts";
import type { Redactor } from "../../redaction/redactor.ts";
import { isSecretValue } from "../../redaction/secret-names.ts";
import { decodeTraces, encodeTraces } from "./complete-traces.ts";

type Fields = Record<string, unknown>;

/** Ids are no text, and have a length that must not change. */
const IDS = new Set(["traceId", "spanId", "parentSpanId"]);

/**
 * A request for traces without secrets, written anew; undefined where there are none, so that it can go on as it came. Only what may
 * hold one at a glance is decoded at all.
 *
 * @throws DecodeError, or what JSON.parse throws, where it is no such request
 */
export function redactTraces(
  message: Buffer,
  format: "json" | "protobuf",
  { text, hasOwnPatterns }: Pick<Redactor, "text" | "hasOwnPatterns">,
): Buffer | undefined {
  if (!hasOwnPatterns && !mayHoldSecretOnWire(message, format)) return undefined;
  const decoded = format === "protobuf" ? decodeTraces(message) : parseExactly(message.toString());
  const walk = new Walk(text);
  walk.into(decoded as Fields);
  if (!walk.found) return undefined;
  return format === "protobuf" ? encodeTraces(decoded) : Buffer.from(JSON.stringify(decoded));
}

/** Goes through a decoded message and takes secrets out of it in place. */
class Walk {
  found = false;
  readonly #text: Redactor["text"];

  constructor(text: Redactor["text"]) {
    this.#text = text;
  }

  into(fields: Fields): void {
    if (isSecretAttribute(fields)) this.#replace(fields, "value", { stringValue: REDACTED });
    for (const [name, value] of Object.entries(fields)) {
      if (!IDS.has(name)) this.#lookAt(fields, name, value);
    }
  }

  #lookAt(holder: Fields, name: string, value: unknown): void {
    if (typeof value === "string") {
      const redacted = this.#text(value);
      if (redacted !== value) this.#replace(holder, name, redacted);
    } else if (value instanceof Uint8Array) {
      const bytes = Buffer.from(value).toString("latin1");
      if (this.#text(bytes) !== bytes) this.#replace(holder, name, Buffer.from(REDACTED));
    } else if (Array.isArray(value)) {
      for (const [place, inner] of value.entries()) this.#lookAt(value as unknown as Fields, String(place), inner);
    } else if (typeof value === "object" && value !== null) {
      this.into(value as Fields);
    }
  }

  #replace(holder: Fields, name: string, value: unknown): void {
    holder[name] = value;
    this.found = true;
  }
}

/** An attribute, or an entry of a map, that is called like a secret and holds something. */
function isSecretAttribute({ key, value }: Fields): boolean {
  if (typeof key !== "string" || typeof value !== "object" || value === null) return false;
  const [kind, inner] = Object.entries(value)[0] ?? [];
  // Integers are two halves, or text in JSON.
  const shown = kind === "intValue" || kind === "doubleValue" ? 1 : inner;
  return shown !== REDACTED && isSecretValue(key, shown);
}

/** JSON with numbers as they were written: nanoseconds since 1970 do not fit into a double. */
function parseExactly(text: string): object {
  const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };
  return JSON.parse(text, (_name, value: unknown, context?: { readonly source: string }) =>
    typeof value === "number" && !Number.isSafeInteger(value) && context !== undefined ? rawJSON(context.source) : value,
  );
}
