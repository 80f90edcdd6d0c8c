import { firstText, type Span } from "../span.ts";

/** Longest text that is looked into. */
const MAX_CHARS = 16_384;

/** What an attribute holds as JSON; an empty object where it holds none, or more than is looked into. */
export function readJson(span: Span, name: string): Readonly<Record<string, unknown>> {
  const text = firstText(span, [name]);
  if (text === undefined || text.length > MAX_CHARS || !text.startsWith("{")) return {};
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
