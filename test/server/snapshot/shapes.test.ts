import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { exampleList } from "../../helpers/examples.ts";
import { stored } from "../../helpers/read-view.ts";
import { newFolds } from "../../support/snapshots.ts";

const FILE = new URL("shapes.json", import.meta.url);

type Shapes = Readonly<Record<string, { readonly version: number; readonly shape: string }>>;

/** Names and types of everything in a state, whatever the values. */
function shapeOf(value: unknown): string {
  if (value instanceof Map) return `map(${unionOf([...value.keys()])}: ${unionOf([...value.values()])})`;
  if (Array.isArray(value)) return `list(${unionOf(value)})`;
  if (typeof value !== "object" || value === null) return value === null ? "null" : typeof value;
  const fields = Object.entries(value).map(([key, each]) => `${key}: ${shapeOf(each)}`);
  return `{${fields.sort().join(", ")}}`;
}

function unionOf(values: readonly unknown[]): string {
  return [...new Set(values.map(shapeOf))].sort().join(" | ");
}

/** A state after every example has the same shape for as long as nobody changes what is remembered. */
function currentShapes(): Shapes {
  const steps = exampleList.flatMap(({ minimal, full }, index) => [[index, minimal] as const, [index, full] as const]);
  const folds = newFolds();
  for (const event of stored(...steps)) for (const fold of folds) fold.replay(event);
  return Object.fromEntries(
    folds
      .flatMap(({ parts }) => parts)
      .map((part) => {
        const shape = createHash("sha256").update(shapeOf(part.state())).digest("hex").slice(0, 16);
        return [part.name, { version: part.version, shape }];
      }),
  );
}

it("a part whose state has another shape has another version, so that no hub takes up what it cannot read", () => {
  const known = JSON.parse(readFileSync(FILE, "utf8")) as Shapes;
  const current = currentShapes();
  const stale = Object.entries(current).filter(
    ([name, { version, shape }]) => known[name]?.version === version && known[name].shape !== shape,
  );
  expect(
    stale.map(([name]) => name),
    "their states changed: add 1 to their versions (or, where only the examples of events changed, delete them from shapes.json)",
  ).toEqual([]);
  // What is new, or has a new version, is noted; where the file is checked and not made, it has to be there already.
  if (process.env.CI === undefined) writeFileSync(FILE, `${JSON.stringify(current, null, 2)}\n`);
  else expect(known).toEqual(current);
});
