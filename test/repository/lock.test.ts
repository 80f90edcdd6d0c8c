import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { repositoryRoot } from "./support.ts";

interface Locked {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const lock = JSON.parse(readFileSync(join(repositoryRoot, "package-lock.json"), "utf8"));
const packages = Object.entries<Locked>(lock.packages).filter(([path]) => path !== "");

it("locks every platform's packages, so that npm ci works on machines unlike the one that wrote the lock file", () => {
  const locked = new Set(packages.map(([path]) => path.split("node_modules/").at(-1)));
  const missing = packages.flatMap(([, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter((name) => !locked.has(name)),
  );
  expect(missing).toEqual([]);
});

it("locks every package by its hash, and leaves where it is fetched from to each machine", () => {
  const loose = packages.filter(([, { integrity, resolved }]) => integrity === undefined || resolved !== undefined);
  expect(loose.map(([path]) => path)).toEqual([]);
});
