/** Most names that are said to be near. */
const MOST = 3;
/** From this share of pairs of letters on, another name is near. */
const NEAR_RATIO = 0.35;
/** Up to so many letters more and less, it is near as well: what was mistyped shares few pairs with what was meant, as `prot` with `port`. */
const MAX_TYPOS = 2;
/** Longest part of a name that is compared, in characters: as long as the longest that are known here. */
const MAX_COMPARED = 40;

/**
 * The names that are nearest to one that is unknown, the nearest first: first those of the same letters, then by the pairs of letters
 * that both have (Dice's coefficient). Upper and lower case are alike, and what is no letter does not count.
 */
export function nearNames<Name extends string>(unknown: string, among: readonly Name[]): Name[] {
  const wanted = lettersOf(unknown.slice(0, MAX_COMPARED));
  return among
    .map((name) => ({ name, nearness: nearness(wanted, lettersOf(name)) }))
    .filter((each) => each.nearness >= NEAR_RATIO)
    .sort((one, other) => other.nearness - one.nearness)
    .slice(0, MOST)
    .map(({ name }) => name);
}

/** `a, b or c`; beyond `most`, how many more there are. */
export function listOfNames(names: readonly string[], joint: "and" | "or", most = 20): string {
  const named = names.length > most ? [...names.slice(0, most), `${names.length - most} more`] : [...names];
  const last = named.pop() ?? "";
  return named.length === 0 ? last : `${named.join(", ")} ${joint} ${last}`;
}

function nearness(one: string, other: string): number {
  const typos = one.length + other.length - 2 * inBoth([...one], [...other]);
  const isTypo = typos <= MAX_TYPOS && Math.min(one.length, other.length) > MAX_TYPOS;
  const [pairs, others] = [pairsOf(one), pairsOf(other)];
  const shared = pairs.length + others.length === 0 ? 0 : (2 * inBoth(pairs, others)) / (pairs.length + others.length);
  return isTypo ? 1 + shared : shared;
}

function inBoth(one: readonly string[], other: readonly string[]): number {
  const left = [...other];
  let both = 0;
  for (const part of one) {
    const at = left.indexOf(part);
    if (at < 0) continue;
    left.splice(at, 1);
    both += 1;
  }
  return both;
}

function pairsOf(letters: string): string[] {
  return Array.from({ length: Math.max(0, letters.length - 1) }, (_, at) => letters.slice(at, at + 2));
}

function lettersOf(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z]/g, "");
}
