/** Reads what somebody else has made; undefined where there is no such thing. */
export function property(of: unknown, name: string): unknown {
  return typeof of === "object" && of !== null ? (of as Record<string, unknown>)[name] : undefined;
}

export function textIn(of: unknown, ...names: readonly string[]): string | undefined {
  return names.map((name) => property(of, name)).find((value): value is string => typeof value === "string" && value !== "");
}

export function numberIn(of: unknown, ...names: readonly string[]): number | undefined {
  return names
    .map((name) => property(of, name))
    .find((value): value is number => typeof value === "number" && Number.isFinite(value));
}
