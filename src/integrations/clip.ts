import { cut, MAX_NAME_CHARS } from "../events/fields.ts";

/** A name or id of the sender's, no longer than names may be. */
export function clip(name: string): string {
  return cut(name, MAX_NAME_CHARS);
}
