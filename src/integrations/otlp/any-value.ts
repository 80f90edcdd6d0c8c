import type { AttributeValue } from "../spans/span.ts";

/** Deepest nesting of a list or map in an attribute that is followed. */
const MAX_LEVELS = 4;
/** Most entries of a list or map in an attribute that are read. */
const MAX_ITEMS = 100;

/**
 * Reads OTLP's AnyValue, as decoded from protobuf or from JSON, where 64-bit numbers are text. Maps and bytes are left out:
 * no dialect asks for one. Undefined for what is empty or none.
 */
export function readAnyValue(value: unknown, levels = MAX_LEVELS): AttributeValue | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  // Own properties only: a decoded message shows the default of every kind that it is not.
  for (const [kind, inner] of Object.entries(value)) {
    const read = readKind(kind, inner, levels);
    if (read !== undefined) return read;
  }
  return undefined;
}

function readKind(kind: string, inner: unknown, levels: number): AttributeValue | undefined {
  switch (kind) {
    case "stringValue":
      return typeof inner === "string" ? inner : undefined;
    case "intValue":
      return readInteger(inner);
    case "doubleValue":
      return typeof inner === "number" ? inner : undefined;
    case "boolValue":
      return typeof inner === "boolean" ? inner : undefined;
    case "arrayValue":
      return levels === 0 ? undefined : readArray((inner as { values?: unknown } | null)?.values, levels - 1);
    default:
      return undefined;
  }
}

function readArray(values: unknown, levels: number): AttributeValue[] {
  if (!Array.isArray(values)) return [];
  return values
    .slice(0, MAX_ITEMS)
    .map((value) => readAnyValue(value, levels))
    .filter((value) => value !== undefined);
}

/** A 64-bit integer: two halves from protobuf, text or a number from JSON. Undefined where it is none. */
export function readInteger(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  if (typeof value === "string") return /^-?\d{1,20}$/.test(value) ? Number(value) : undefined;
  if (typeof value !== "object" || value === null) return undefined;
  const { low, high, unsigned } = value as { low?: unknown; high?: unknown; unsigned?: unknown };
  if (typeof low !== "number" || typeof high !== "number") return undefined;
  return (unsigned === true ? high >>> 0 : high) * 0x1_0000_0000 + (low >>> 0);
}
