/** What everything beyond the limit is called. */
const OTHER = "other";

/** How long something is remembered that is not heard of any more; it then gives way to something new. */
const FORGOTTEN_MILLIS = 30 * 86_400_000;

interface Remembered {
  lastMillis: number;
}

/**
 * What is kept by a name, made where there is none. Names come from outside, so only so many are told apart: beyond the limit a new one
 * takes the place of one that was not heard of for 30 days, and where there is none such, it is part of `other`.
 */
export function named<Value extends Remembered>(
  values: Map<string, Value>,
  name: string,
  limit: number,
  timeUnixMillis: number,
  make: () => Value,
): Value {
  const known = values.get(name);
  if (known === undefined && name !== OTHER && values.size >= limit && !makeRoom(values, timeUnixMillis)) {
    return named(values, OTHER, limit, timeUnixMillis, make);
  }
  const value = known ?? make();
  // A Map keeps the order in which keys were set, so the first is the one that was heard of longest ago.
  if (known !== undefined) values.delete(name);
  values.set(name, value);
  value.lastMillis = Math.max(value.lastMillis, timeUnixMillis);
  return value;
}

function makeRoom<Value extends Remembered>(values: Map<string, Value>, timeUnixMillis: number): boolean {
  for (const [name, { lastMillis }] of values) {
    if (lastMillis > timeUnixMillis - FORGOTTEN_MILLIS) return false;
    values.delete(name);
    return true;
  }
  return false;
}
