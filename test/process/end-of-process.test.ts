import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { inRepository, runNode } from "../support/processes.ts";
import { tempFolder } from "../support/temp-folder.ts";

async function eventsIn(folder: string): Promise<number> {
  const files = await readdir(folder);
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), "utf8")));
  return texts.join("").split("\n").filter(Boolean).length;
}

async function runHost(how: string) {
  const folder = await tempFolder();
  const program = runNode([inRepository("test/process/host.ts"), how, folder]);
  await program.saw("emitted");
  return { ...program, folder };
}

test.each(["SIGTERM", "SIGINT"] as const)("%s ends the host by that signal, after everything was flushed", async (signal) => {
  const host = await runHost("wait");
  host.child.kill(signal);
  expect(await host.ended).toEqual({ code: null, signal });
  expect(await eventsIn(host.folder)).toBe(1_000);
  expect(host.output.stderr).toBe("");
});

test("a host with a handler of its own decides itself when and how to end, and loses nothing", async () => {
  const host = await runHost("own-handler");
  host.child.kill("SIGTERM");
  expect(await host.ended).toEqual({ code: 7, signal: null });
  expect(host.output.stdout).toContain("the host decides");
  expect(await eventsIn(host.folder)).toBe(1_000);
});

test("a host that has nothing left to do ends by itself, flushed", async () => {
  const host = await runHost("end");
  expect(await host.ended).toEqual({ code: 0, signal: null });
  expect(await eventsIn(host.folder)).toBe(1_000);
});

test("the exit code that the host has set is kept", async () => {
  const host = await runHost("exit-code");
  expect(await host.ended).toEqual({ code: 3, signal: null });
  expect(await eventsIn(host.folder)).toBe(1_000);
});

test("with signals switched off the host ends as if Crowsnest were not there", async () => {
  const host = await runHost("unhandled");
  host.child.kill("SIGTERM");
  expect(await host.ended).toEqual({ code: null, signal: "SIGTERM" });
});
