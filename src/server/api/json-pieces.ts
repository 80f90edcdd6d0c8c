/** Items of a list that are written at once: some ten kilobytes, or a megabyte where each of them is large. */
const ITEMS = 50;
/** How deep long lists are looked for: a snapshot has its tasks within its nodes. */
const MAX_DEPTH = 4;

/** The same text as `JSON.stringify` makes of an answer, piece by piece: one of ten megabytes takes a tenth of a second. */
export function* jsonPieces(value: unknown, depth = 0): Generator<string, void> {
  if (Array.isArray(value) && value.length > ITEMS) yield* piecesOfList(value);
  else if (isPlain(value) && depth < MAX_DEPTH) yield* piecesOfObject(value, depth);
  else yield JSON.stringify(value) ?? "null";
}

function* piecesOfList(list: readonly unknown[]): Generator<string, void> {
  for (let first = 0; first < list.length; first += ITEMS) {
    const text = JSON.stringify(list.slice(first, first + ITEMS));
    yield (first === 0 ? "[" : ",") + text.slice(1, -1);
  }
  yield "]";
}

function* piecesOfObject(object: Readonly<Record<string, unknown>>, depth: number): Generator<string, void> {
  let before = "{";
  for (const [key, value] of Object.entries(object)) {
    if (value === undefined) continue;
    yield `${before}${JSON.stringify(key)}:`;
    yield* jsonPieces(value, depth + 1);
    before = ",";
  }
  yield before === "{" ? "{}" : "}";
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !("toJSON" in value);
}
