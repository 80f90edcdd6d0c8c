import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { folderWith, repositoryRoot, runNode, writeIn } from "./support.ts";

/** Tells what it was given and by which Node, then stops by itself or waits for a signal. */
const main = `export async function run(argv) {
  if (argv[0] === "exit") process.exitCode = Number(argv[1]);
  if (argv[0] === "wait") {
    process.once("SIGTERM", () => process.exit(7));
    setInterval(() => {}, 1_000);
  }
  console.log(JSON.stringify({ argv, version: process.versions.node }));
}`;

/** Loaded first, it makes Node believe that it is an old one; a process that it starts is what it is. */
const pretendOld = 'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.9.0" } });';

function checkout({ built = true, pinned = false } = {}): string {
  const folder = folderWith({ "package.json": '{ "type": "module" }', "old.cjs": pretendOld });
  cpSync(join(repositoryRoot, "bin/crowsnest.js"), join(folder, "bin/crowsnest.js"));
  if (built) writeIn(folder, "dist/cli/main.js", main);
  if (pinned) {
    mkdirSync(join(folder, "node_modules/.bin"), { recursive: true });
    symlinkSync(process.execPath, join(folder, "node_modules/.bin/node"));
  }
  return folder;
}

const onNew = (folder: string): string[] => [join(folder, "bin/crowsnest.js")];
const onOld = (folder: string): string[] => ["--require", join(folder, "old.cjs"), ...onNew(folder)];

describe("bin/crowsnest.js", () => {
  it("runs the command line with its arguments and keeps its exit code", () => {
    const { stdout, status } = runNode([...onNew(checkout()), "exit", "3"]);
    expect(JSON.parse(stdout).argv).toEqual(["exit", "3"]);
    expect(status).toBe(3);
  });

  it("says in one sentence that the checkout is not built", () => {
    const { stderr, status } = runNode(onNew(checkout({ built: false })));
    expect(stderr).toBe('crowsnest is not built yet: run "npm run build" in its folder.\n');
    expect(status).toBe(1);
  });

  it("says in one sentence which Node it needs, on an old one", () => {
    const { stderr, status } = runNode(onOld(checkout()));
    expect(stderr).toBe("crowsnest needs Node 22.15 or newer; this is Node 20.9.0.\n");
    expect(status).toBe(1);
  });

  it("hands over to the checkout's pinned Node, on an old one", () => {
    const { stdout, status } = runNode([...onOld(checkout({ pinned: true })), "exit", "3"]);
    expect(JSON.parse(stdout)).toEqual({ argv: ["exit", "3"], version: process.versions.node });
    expect(status).toBe(3);
  });

  it("passes signals on to the Node that it handed over to, and ends as that one does", async () => {
    const child = spawn(process.execPath, [...onOld(checkout({ pinned: true })), "wait"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([7, null]);
  });

  it("ends by the signal that ended the Node that it handed over to", async () => {
    const child = spawn(process.execPath, [...onOld(checkout({ pinned: true })), "wait"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    child.kill("SIGINT");
    expect(await once(child, "exit")).toEqual([null, "SIGINT"]);
  });
});
