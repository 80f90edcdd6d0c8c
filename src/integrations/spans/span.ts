import { MAX_AMOUNT } from "../../events/fields.ts";

/** A value of a span's attribute. */
export type AttributeValue = string | number | boolean | readonly AttributeValue[];

export type Attributes = ReadonlyMap<string, AttributeValue>;

/** A span that has ended, wherever it came from: off the wire, or from an SDK in this process. */
export interface Span {
  /** 32 and 16 lower-case hex digits. */
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  /** The parent is another process's, which may tell it to somebody else. Undefined where the sender does not say. */
  readonly parentIsRemote?: boolean | undefined;
  readonly name: string;
  /** Name of the instrumentation scope: the library that made the span. */
  readonly scope: string;
  /** `service.name` of the resource. */
  readonly service: string;
  readonly startUnixMillis: number;
  readonly endUnixMillis: number;
  readonly durationSeconds: number;
  readonly attributes: Attributes;
  /** The status is an error. */
  readonly failed: boolean;
  readonly statusMessage: string | undefined;
  /** The exception that was recorded last. */
  readonly exception: { readonly type: string | undefined; readonly message: string | undefined } | undefined;
}

/** The first of the attributes that is a text with something in it; of a list, its first text. */
export function firstText({ attributes }: Span, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = attributes.get(name);
    const text = Array.isArray(value) ? value[0] : value;
    if (typeof text === "string" && text !== "") return text;
  }
  return undefined;
}

/** The first of the attributes that is a number of 0 or more, or text of one; what is beyond all bounds is none, so that the rest of its span is kept. */
export function firstNumber({ attributes }: Span, names: readonly string[]): number | undefined {
  for (const name of names) {
    const value = attributes.get(name);
    const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
    if (typeof number === "number" && number >= 0 && number <= MAX_AMOUNT) return number;
  }
  return undefined;
}
