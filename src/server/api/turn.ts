/** Lets everything else have a turn: events that come in, other requests, pings. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
