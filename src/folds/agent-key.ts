/** Most keys that are remembered; where there are more, all are made anew. */
const MAX_KEYS = 10_000;

const keys = new Map<string, Map<string, string>>();
let size = 0;

/**
 * Names an agent of a service, such as `shop/scribe`, and no other: up to the first slash stands the service, whose own slashes are
 * `%2F`. Folds look agents up by it for every event: remembered, it is neither put together nor hashed each time.
 */
export function agentKey(source: string, agent: string): string {
  const known = keys.get(source)?.get(agent);
  if (known !== undefined) return known;
  if (size >= MAX_KEYS) {
    keys.clear();
    size = 0;
  }
  const key = `${escaped(source)}/${agent}`;
  let ofSource = keys.get(source);
  if (ofSource === undefined) {
    ofSource = new Map();
    keys.set(source, ofSource);
  }
  ofSource.set(agent, key);
  size += 1;
  return key;
}

/** A percent sign is escaped only where it would be read as one of an escape. */
function escaped(source: string): string {
  return source.replaceAll(/%(?=25|2F)/g, "%25").replaceAll("/", "%2F");
}
