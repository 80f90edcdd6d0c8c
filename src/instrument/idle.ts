/** Stands in for the handle of work that is not observed: every method does nothing, and `choose` gives back its choice. */
export const idleHandle: object = new Proxy(
  {},
  {
    get: (_target, name) => (name === "then" ? undefined : (value: unknown) => value),
  },
);

/** Stands in for work that is not observed. */
export const idleWork = {
  handle: idleHandle,
  run: <T>(work: (handle: never) => T): T => work(idleHandle as never),
  end: () => undefined,
  fail: () => undefined,
};
