import { clipText } from "../events/fields.ts";

/**
 * What a model or a tool is given or gives back, as it is kept with the event: text as it is and anything else as JSON, cut like all
 * text. Undefined where it is not wanted, as whoever does not ask for content is not to pay for it.
 */
export function cleanContent(value: unknown, isWanted: boolean): string | undefined {
  const text = isWanted ? asText(value) : undefined;
  return text === undefined ? undefined : clipText(text);
}

/** Undefined for what has no text, such as something that contains itself. */
export function asText(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}
