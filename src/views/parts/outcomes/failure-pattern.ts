import { cut } from "../../../events/fields.ts";

/** Longest part of a message that is looked at, in characters: what tells failures apart stands at its beginning. */
const MAX_CHARS = 300;

/** What differs between failures that are alike, in the order in which it is taken out. */
const differing: readonly (readonly [RegExp, string])[] = [
  [/"[^"\n]*"|`[^`\n]*`|“[^”\n]*”/g, "<quoted>"],
  // An apostrophe inside of a word opens nothing.
  [/(?<!\w)'[^'\n]*'(?!\w)/g, "<quoted>"],
  [/\b[a-z][a-z0-9+.-]*:\/\/[^\s<>"')\]]+/gi, "<url>"],
  // Absolute, or with a drive, a dot or a tilde before it; or relative, with two slashes or an extension: `and/or` is no path.
  [/(?<![\w/<])(?:[a-z]:|\.{1,2}|~)?(?:[\\/][\w@.%+~-]+)+[\\/]?/gi, "<path>"],
  [/(?<![\w/<])[\w@.+~-]+(?:(?:[\\/][\w@.+~-]+){2,}|[\\/][\w@+~-]*\.\w+)/g, "<path>"],
  [/\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b|\b0x[0-9a-f]+\b/gi, "<id>"],
  // Letters and digits mixed, and long: a request's id, a hash.
  [/\b(?=\w*\d)(?=\w*[a-z])\w{8,}\b/gi, "<id>"],
  [/\d+(?:[.,]\d+)*/g, "<n>"],
  [/\s+/g, " "],
];

/** A failure's message without numbers, ids, paths and quoted parts, so that failures that are alike have the same. */
export function patternOf(message: string): string {
  let pattern = clipMessage(message);
  for (const [part, placeholder] of differing) pattern = pattern.replace(part, placeholder);
  return pattern.trim();
}

export function clipMessage(message: string): string {
  return message.length <= MAX_CHARS ? message : `${cut(message, MAX_CHARS - 1)}…`;
}
