import fc from "fast-check";
import { exampleList } from "../helpers/examples.ts";

/** Text that is hard on whoever writes or cuts it. */
const awkwardText = fc.oneof(
  fc.string({ minLength: 1, maxLength: 20 }),
  fc.string({ unit: "binary", minLength: 1, maxLength: 20 }),
  fc.constantFrom(
    "__proto__",
    "constructor",
    "a\u0000b",
    "line\nbreak",
    '"quoted"',
    "\\u0041",
    "🦅",
    "\u202e",
    "e\u0301",
    "ﬁ",
    "{}",
    " ",
  ),
);

let sequence = 0;

/** A name of its own that is `__proto__` is let go of wherever JSON is read, so that no data becomes a prototype. */
const attributeName = fc.string({ minLength: 1, maxLength: 10 }).filter((name) => name !== "__proto__");

/**
 * Events that are complete and in order: examples of all types, with some of what they need not say left out, their own texts where
 * any text will do, and attributes. Ids are never the same twice.
 */
export const arbitraryEvent: fc.Arbitrary<Readonly<Record<string, unknown>>> = fc
  .record({
    example: fc.constantFrom(...exampleList),
    dice: fc.array(fc.boolean(), { minLength: 50, maxLength: 50 }),
    source: awkwardText,
    agent: awkwardText,
    taskId: awkwardText,
    attributes: fc.option(
      fc.dictionary(attributeName, fc.oneof(awkwardText, fc.integer(), fc.boolean()), {
        maxKeys: 5,
        noNullPrototype: true,
      }),
    ),
    ageMillis: fc.nat({ max: 1_000_000 }),
  })
  .map(({ example, dice, source, agent, taskId, attributes, ageMillis }) => {
    const { minimal, full } = example;
    let thrown = 0;
    const toss = () => dice[thrown++ % dice.length] === true;
    const keep = (needed: object, all: object) =>
      Object.fromEntries(Object.entries(all).filter(([key]) => Object.hasOwn(needed, key) || key === "outcome" || toss()));
    const { attributes: _, ...envelope } = keep(minimal, full) as { attributes?: unknown };
    sequence += 1;
    return {
      ...envelope,
      id: `event-${process.pid}-${sequence}`,
      timeUnixMillis: Date.now() - ageMillis,
      source,
      ...("agent" in minimal || toss() ? { agent } : {}),
      ...("taskId" in minimal || toss() ? { taskId } : {}),
      ...(attributes === null ? {} : { attributes }),
      data: keep(minimal.data, full.data),
    };
  });
