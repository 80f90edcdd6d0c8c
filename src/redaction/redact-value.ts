import { REDACTED } from "./placeholder.ts";
import { isSecretValue } from "./secret-names.ts";

/** Deepest nesting that is looked into; what lies deeper is taken out unseen. */
const MAX_LEVELS = 200;

/** Takes secrets out of what JSON can say: by the names of fields, and out of every text in it. The very same where there are none. */
export function redactValue(value: unknown, redactText: (text: string) => string, levels = MAX_LEVELS): unknown {
  if (typeof value === "string") return redactText(value);
  if (typeof value !== "object" || value === null) return value;
  if (levels === 0) return REDACTED;
  if (Array.isArray(value)) return mapped(value, (inner: unknown) => redactValue(inner, redactText, levels - 1));
  const entries = Object.entries(value);
  const paired = pairedName(value as Readonly<Record<string, unknown>>);
  const redacted = entries.map(([name, inner]): [string, unknown] => {
    const isSecret = isSecretValue(name, inner) || (name === "value" && paired !== undefined && isSecretValue(paired, inner));
    return [redactText(name), isSecret ? REDACTED : redactValue(inner, redactText, levels - 1)];
  });
  const isSame = redacted.every(([name, inner], index) => name === entries[index]?.[0] && inner === entries[index]?.[1]);
  return isSame ? value : Object.fromEntries(redacted);
}

/** `{ name: "Authorization", value: "…" }`: headers and variables often come as lists of these. */
function pairedName({ name, key, value }: Readonly<Record<string, unknown>>): string | undefined {
  if (value === undefined) return undefined;
  if (typeof name === "string") return name;
  return typeof key === "string" ? key : undefined;
}

/** The list with each of its values changed; the very same where none is. */
export function mapped<T>(list: readonly T[], change: (value: T) => T): readonly T[] {
  let changed: T[] | undefined;
  for (let place = 0; place < list.length; place += 1) {
    const value = list[place] as T;
    const now = change(value);
    if (now === value) continue;
    changed ??= [...list];
    changed[place] = now;
  }
  return changed ?? list;
}
