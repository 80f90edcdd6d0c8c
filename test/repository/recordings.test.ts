import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { recordings } from "../../scripts/record/recordings.ts";
import { dialectNames } from "../../src/integrations/spans/dialects/index.ts";
import { recordedLibraries } from "../support/recordings.ts";

const guide = readFileSync(resolve(import.meta.dirname, "../../docs/guide/integrations.md"), "utf8");

test("every dialect has a recording of a real library", () => {
  const recorded = new Set(recordedLibraries.map(({ dialect }) => dialect));
  expect(dialectNames.filter((name) => !recorded.has(name))).toEqual([]);
  expect([...recorded].filter((name) => !dialectNames.includes(name))).toEqual([]);
});

test("every recording can be made again, with the versions that it was made with", () => {
  expect(recordedLibraries.map(({ name }) => name).sort()).toEqual(Object.keys(recordings).sort());
  for (const { name, packages } of recordedLibraries) expect(packages).toEqual(recordings[name]?.packages);
});

test("every recording has a row in the guide, with the version of the library", () => {
  for (const { name, packages } of recordedLibraries) {
    const row = guide.split("\n").find((line) => line.startsWith("|") && line.includes(`\`${name}\``));
    expect(row, name).toBeDefined();
    expect(
      Object.values(packages).some((version) => row?.includes(version)),
      `${name}: ${row}`,
    ).toBe(true);
  }
});

test("recordings are small and say nothing of the machine that made them", () => {
  for (const { name, requests } of recordedLibraries) {
    for (const { body } of requests) {
      expect(body.length, name).toBeLessThan(100_000);
      const text = body.toString("latin1");
      for (const own of [
        "host.name",
        "host.id",
        "process.pid",
        "process.executable",
        "process.command",
        "/home/",
        "/root",
        "/Users/",
        "crowsnest-record",
      ]) {
        expect(text.includes(own), `${name} has ${own}`).toBe(false);
      }
    }
  }
});
