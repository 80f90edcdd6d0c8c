import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findViolations } from "../../scripts/floors.ts";
import { readImports } from "../../scripts/imports.ts";
import { folderWith, repositoryRoot, runNode } from "./support.ts";

/** What is wrong with a house made of these files, where `express` and `zod` are declared dependencies. */
function violationsIn(files: Readonly<Record<string, string>>): string[] {
  return findViolations(readImports(folderWith(files)), ["express", "zod"]);
}

describe("floors", () => {
  it("lets a file import from its own folder and from any floor below", () => {
    const violations = violationsIn({
      "server/a.ts": 'import { b } from "./b.ts";\nimport { c } from "../metrics/c.ts";\nimport express from "express";',
      "server/b.ts": 'import { readFile } from "node:fs/promises";',
      "metrics/c.ts": 'import type { D } from "../events/d.ts";',
    });
    expect(violations).toEqual([]);
  });

  it("catches an import from a floor above, with its line", () => {
    const violations = violationsIn({ "events/a.ts": '// One.\nimport { hub } from "../server/hub.ts";' });
    expect(violations).toEqual(["events/a.ts:2 imports server/hub.ts, from above, on floor 6"]);
  });

  it.each([
    ["types", 'import type { Hub } from "../server/hub.ts";'],
    ["types in passing", 'export type Hub = import("../server/hub.ts").Hub;'],
    ["exports from elsewhere", 'export { hub } from "../server/hub.ts";'],
    ["imports at run time", 'export const hub = () => import("../server/hub.ts");'],
  ])("counts %s as imports", (_what, source) => {
    expect(violationsIn({ "events/a.ts": source })).toHaveLength(1);
  });

  it("catches neighbours on one floor that know each other", () => {
    const violations = violationsIn({ "metrics/a.ts": 'import { span } from "../tracing/span.ts";' });
    expect(violations).toEqual(["metrics/a.ts:1 imports tracing/span.ts, its neighbour on floor 3"]);
  });

  it("lets a file directly in src import another of its floor, but none above", () => {
    expect(violationsIn({ "crowsnest.ts": 'import { core } from "./core.ts";' })).toEqual([]);
    expect(violationsIn({ "core.ts": 'import { face } from "./index.ts";' })).toHaveLength(1);
  });

  it("catches a room that stands on no floor", () => {
    const violations = violationsIn({ "attic/a.ts": 'import { b } from "../events/b.ts";' });
    expect(violations[0]).toContain('"attic" stands on no floor');
  });

  it("lets monitoring know the names of metrics and nothing else of them", () => {
    expect(violationsIn({ "monitoring/a.ts": 'import { b } from "../metrics/definitions.ts";' })).toEqual([]);
    expect(violationsIn({ "monitoring/a.ts": 'import { b } from "../metrics/registry.ts";' })).toHaveLength(1);
  });

  it("lets the web page take types only", () => {
    expect(violationsIn({ "web/a.ts": 'import type { B } from "../views/b.ts";' })).toEqual([]);
    expect(violationsIn({ "web/a.ts": 'import { b } from "../views/b.ts";' })).toHaveLength(1);
  });

  it("catches a package that an installed Crowsnest does not have", () => {
    const violations = violationsIn({ "bus/a.ts": 'import { it } from "vitest";\nimport { parse } from "zod/mini";' });
    expect(violations).toEqual(["bus/a.ts:1 imports vitest, which an installed Crowsnest does not have"]);
  });

  it("catches a cycle once, whichever file it is entered by", () => {
    const violations = violationsIn({
      "bus/a.ts": 'import "./b.ts";',
      "bus/b.ts": 'import "./c.ts";',
      "bus/c.ts": 'import "./a.ts";',
      "bus/d.ts": 'import "./b.ts";',
    });
    expect(violations).toEqual(["bus/a.ts → bus/b.ts → bus/c.ts → bus/a.ts is a cycle"]);
  });

  it.each([
    ["is a type", 'import type { A } from "../a.ts";'],
    ["is a type in passing", 'export type A = import("../a.ts").A;'],
    ["is loaded later", 'export const a = () => import("../a.ts");'],
  ])("catches a cycle within a room whose way back %s", (_what, source) => {
    const violations = violationsIn({ "bus/a.ts": 'import { b } from "./queues/b.ts";', "bus/queues/b.ts": source });
    expect(violations).toEqual(["bus/a.ts → bus/queues/b.ts → bus/a.ts is a cycle"]);
  });

  it("sees no cycle where two files need a third one, which needs neither", () => {
    const violations = violationsIn({
      "bus/a.ts": 'import type { C } from "./c.ts";\nimport { b } from "./b.ts";',
      "bus/b.ts": 'import type { C } from "./c.ts";',
      "bus/c.ts": "export interface C {}",
    });
    expect(violations).toEqual([]);
  });

  it("catches a heavy package that the public face loads by way of others, and lets it load one later", () => {
    const violations = violationsIn({
      "index.ts": 'import { start } from "./crowsnest.ts";\nimport type { Event } from "./events/types.ts";',
      "crowsnest.ts": 'import "./events/schemas.ts";\nexport const start = () => import("express");',
      "events/schemas.ts": 'import { z } from "zod";',
      "events/types.ts": 'import { z } from "zod";',
    });
    expect(violations).toEqual(["index.ts → crowsnest.ts → events/schemas.ts loads zod"]);
  });

  it("fails the check, naming the import, for a folder with a forbidden one", () => {
    const folder = folderWith({ "events/a.ts": 'import { hub } from "../server/hub.ts";' });
    const { status, stderr } = runNode([join(repositoryRoot, "scripts/check-floors.ts"), folder]);
    expect(stderr).toContain("events/a.ts:1 imports server/hub.ts");
    expect(status).toBe(1);
  });
});
