import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { openReader, openStore } from "../../src/store/open-store.ts";
import { sampleEvents } from "./sample-events.ts";
import { temporaryFolder } from "./temporary-folder.ts";

async function openAndClose(location: string): Promise<void> {
  const store = await openStore(location);
  await store.append(sampleEvents(1));
  await store.close();
}

describe("a location", () => {
  it("is a folder, which is made with all it lies in", async () => {
    const folder = join(temporaryFolder(), "deep", "down", ".crowsnest");
    await openAndClose(folder);
    expect(readdirSync(folder)).toEqual(["events.db"]);
  });

  it("is a folder that stands already, whatever its name", async () => {
    const folder = join(temporaryFolder(), "folder.db");
    mkdirSync(folder);
    await openAndClose(folder);
    expect(readdirSync(folder)).toEqual(["events.db"]);
  });

  it.each(["mine.db", "mine.sqlite", "mine.SQLITE3"])("is a file when it is called like one: %s", async (name) => {
    const folder = temporaryFolder();
    await openAndClose(join(folder, "new", name));
    expect(readdirSync(join(folder, "new"))).toEqual([name]);
  });

  it("may not be PostgreSQL yet, and its password is not repeated", async () => {
    for (const location of ["postgres://crow:secret@db/events", "postgresql://db/events"]) {
      const error = await openStore(location).catch((reason: unknown) => reason);
      expect(error).toMatchObject({
        name: "StoreError",
        code: "cannot_open",
        message: "PostgreSQL is not supported yet: give a folder or a file, such as .crowsnest, for SQLite.",
      });
    }
  });

  it.each(["", " ", ":memory:", "redis://localhost", "file:///tmp/x"])("may not be %j", async (location) => {
    await expect(openStore(location)).rejects.toMatchObject({
      code: "cannot_open",
      message: expect.stringContaining("a folder or a file"),
    });
  });

  it("names the folder and the option where the folder cannot be made", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "file"), "");
    for (const [location, code] of [
      [join(folder, "file", "data"), "ENOTDIR"],
      ["/proc/crowsnest", "ENOENT"],
    ] as const) {
      await expect(openStore(location)).rejects.toMatchObject({
        name: "StoreError",
        code: "cannot_open",
        message: `The folder ${location} cannot be made (${code}): give a folder that can be written to with the option data (CROWSNEST_DATA).`,
      });
    }
  });

  it("passes on, whole, why the file in it cannot be opened", async () => {
    const path = join(temporaryFolder(), "events.db");
    writeFileSync(path, "not a database ".repeat(100));
    await expect(openStore(path)).rejects.toMatchObject({
      name: "StoreError",
      code: "cannot_open",
      message: expect.stringContaining(`${path} is not an SQLite file, or is damaged`),
      cause: expect.objectContaining({ message: expect.stringContaining("SQLITE_NOTADB") }),
    });
  });
});

describe("a reader", () => {
  it("reads what a store keeps, while it keeps on", async () => {
    const folder = temporaryFolder();
    const store = await openStore(folder);
    const { stored } = await store.append(sampleEvents(3));
    const reader = openReader(folder);
    expect(reader.query({}).events).toEqual(stored);
    await store.append(sampleEvents(2));
    expect(reader.stats()).toMatchObject({ events: 5, lastSeq: 5 });
    reader.close();
    await store.close();
  });

  it("says that there is nothing to read, and makes nothing", () => {
    const folder = join(temporaryFolder(), "nowhere");
    expect(() => openReader(folder)).toThrow(`There is no event store at ${join(folder, "events.db")}.`);
    expect(existsSync(folder)).toBe(false);
  });
});

describe("a host", () => {
  const idleHost = fileURLToPath(new URL("../fixtures/idle-host.ts", import.meta.url));

  it("ends by itself though it left a store open, and what was acknowledged is kept", () => {
    const folder = temporaryFolder();
    const { status, stdout, stderr } = spawnSync(process.execPath, [idleHost, folder], { encoding: "utf8", timeout: 15_000 });
    expect([status, stdout, stderr]).toEqual([0, "kept 3\n", ""]);
    const reader = openReader(folder);
    expect(reader.stats()).toMatchObject({ events: 3 });
    reader.close();
  });

  it("has its preloaded modules to itself", () => {
    const folder = temporaryFolder();
    const preload = join(folder, "preload.mjs");
    writeFileSync(preload, `process.stdout.write("preloaded\\n");`);
    for (const [flags, options] of [
      [["--import", preload], ""],
      [[], `--import ${preload}`],
    ] as const) {
      const env = { ...process.env, NODE_OPTIONS: options };
      const host = spawnSync(process.execPath, [...flags, idleHost, folder], { encoding: "utf8", timeout: 15_000, env });
      expect([host.status, host.stdout]).toEqual([0, "preloaded\nkept 3\n"]);
    }
  });
});
