import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { readSnapshot, SnapshotWriter } from "../../../src/server/snapshot/snapshot-file.ts";
import { inRepository } from "../../support/processes.ts";
import { tempFolder } from "../../support/temp-folder.ts";

const index = {
  seq: 7,
  id: "e-7",
  parts: [
    { name: "agents", version: 1, seq: 6 },
    { name: "tasks", version: 3, seq: 7 },
  ],
};
const states = [Buffer.from("agents' state"), Buffer.from("tasks' state")];

async function write(path: string): Promise<void> {
  const writer = await SnapshotWriter.create(path);
  for (const state of states) await writer.addState(state);
  await writer.finish(index);
}

describe("a snapshot's file", () => {
  it("says what was written, for nobody else to read", async () => {
    const path = join(await tempFolder(), "events.db-snapshot");
    await write(path);
    const snapshot = await readSnapshot(path);
    expect(snapshot?.index).toEqual(index);
    expect(snapshot?.states.map(String)).toEqual(states.map(String));
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it("gives back the memory that it took to read, once that is released", async () => {
    const path = join(await tempFolder(), "events.db-snapshot");
    const writer = await SnapshotWriter.create(path);
    await writer.addState(Buffer.alloc(1_048_576));
    await writer.finish({ ...index, parts: index.parts.slice(0, 1) });
    const snapshot = await readSnapshot(path);
    expect(snapshot?.states[0]?.byteLength).toBe(1_048_576);
    snapshot?.release();
    expect(snapshot?.states[0]?.byteLength).toBe(0);
  });

  it("is none where there is none", async () => {
    expect(await readSnapshot(join(await tempFolder(), "events.db-snapshot"))).toBeUndefined();
  });

  it("is refused wherever it is torn", async () => {
    const path = join(await tempFolder(), "events.db-snapshot");
    await write(path);
    const whole = await readFile(path);
    for (let length = 0; length < whole.length; length += 1) {
      await writeFile(path, whole.subarray(0, length));
      await expect(readSnapshot(path), `${length} bytes`).rejects.toThrow(/missing|not a snapshot|damaged/);
    }
  });

  it("is refused whichever byte is another", async () => {
    const path = join(await tempFolder(), "events.db-snapshot");
    await write(path);
    const whole = await readFile(path);
    for (let place = 0; place < whole.length; place += 1) {
      const damaged = Buffer.from(whole);
      damaged[place] = (damaged[place] as number) ^ 0x10;
      await writeFile(path, damaged);
      await expect(readSnapshot(path), `byte ${place}`).rejects.toThrow(/missing|not a snapshot|damaged/);
    }
  });

  it("takes the place of the one before only once it is whole, and leaves nothing behind", async () => {
    const folder = await tempFolder();
    const path = join(folder, "events.db-snapshot");
    await write(path);
    const before = await readFile(path);
    const abandoned = await SnapshotWriter.create(path);
    await abandoned.addState(Buffer.from("half"));
    expect(await readFile(path)).toEqual(before);
    await abandoned.abandon();
    await writeFile(`${path}.4711.tmp`, "left by a hub that was killed");
    await write(path);
    expect(await readdir(folder)).toEqual(["events.db-snapshot"]);
  });
});

/** In a process whose files may have so many KiB and no more, as on a disk that is full. */
async function writtenWithin(limitKibibytes: number, stateBytes: number) {
  const folder = await tempFolder();
  const script = inRepository("test/fixtures/snapshot-on-full-disk.ts");
  const path = join(folder, "events.db-snapshot");
  const limited = `ulimit -f ${limitKibibytes}; exec "$0" --expose-gc "$@"`;
  const child = spawn("bash", ["-c", limited, process.execPath, script, path, String(stateBytes)], {
    env: { ...process.env, NODE_V8_COVERAGE: undefined },
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += String(chunk)));
  const [code] = await once(child, "close");
  return { output, code, left: await readdir(folder) };
}

describe("on a full disk", () => {
  it("a snapshot that cannot even be begun leaves no file open, which would end the process later, and none behind", async () => {
    expect(await writtenWithin(0, 10)).toEqual({ output: "not begun: EFBIG", code: 0, left: [] });
  });

  it("a state of which only the beginning finds room is not taken for written", async () => {
    expect(await writtenWithin(16, 100_000)).toEqual({ output: "state not written: EFBIG", code: 0, left: [] });
  });
});

it("one that cannot even be taken away again ends nothing", async () => {
  const folder = join(await tempFolder(), "data");
  await mkdir(folder);
  const writer = await SnapshotWriter.create(join(folder, "events.db-snapshot"));
  await rm(folder, { recursive: true });
  await writeFile(folder, "something else has its place");
  await expect(writer.finish(index)).rejects.toThrow("ENOTDIR");
  await writer.abandon();
});
