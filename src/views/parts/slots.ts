/** What was gathered in each stretch of time, for a while back: the older stretches go as newer ones come. */
export interface Slots<Gathered> {
  readonly widthMillis: number;
  readonly capacity: number;
  readonly byIndex: Map<number, Gathered>;
  /** Index of the newest stretch. */
  newest: number;
}

export function newSlots<Gathered>(widthMillis: number, capacity: number): Slots<Gathered> {
  return { widthMillis, capacity, byIndex: new Map(), newest: Number.NEGATIVE_INFINITY };
}

/** What is gathered at a moment, made where there is nothing yet; undefined where the moment is too long ago. */
export function slotAt<Gathered>(slots: Slots<Gathered>, unixMillis: number, make: () => Gathered): Gathered | undefined {
  const index = Math.floor(unixMillis / slots.widthMillis);
  if (index <= slots.newest - slots.capacity) return undefined;
  if (index > slots.newest) {
    slots.newest = index;
    // The oldest stand first, but for those that were told late: these go with those before them, so that nobody has to look at all.
    for (const old of slots.byIndex.keys()) {
      if (old > index - slots.capacity) break;
      slots.byIndex.delete(old);
    }
  }
  let gathered = slots.byIndex.get(index);
  if (gathered === undefined) {
    gathered = make();
    slots.byIndex.set(index, gathered);
  }
  return gathered;
}

/** What was gathered from a moment on until now, oldest first; the stretch that the moment lies in counts as a whole. */
export function slotsSince<Gathered>(slots: Slots<Gathered>, sinceUnixMillis: number, nowUnixMillis: number): Gathered[] {
  const [first, last] = [Math.floor(sinceUnixMillis / slots.widthMillis), Math.floor(nowUnixMillis / slots.widthMillis)];
  return [...slots.byIndex]
    .filter(([index]) => index >= first && index <= last)
    .sort(([one], [other]) => one - other)
    .map(([, gathered]) => gathered);
}
