import { appendFileSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { Bus } from "../../src/bus/bus.ts";
import type { AgentEvent } from "../../src/events/types.ts";
import { JsonlSink, type JsonlSinkOptions } from "../../src/sinks/jsonl.ts";
import { sampleEvent, sampleEvents } from "../store/sample-events.ts";
import { temporaryFolder } from "../store/temporary-folder.ts";

const DAY_MILLIS = 86_400_000;
const SUNDAY = "events-2026-03-01.jsonl";
const MONDAY = "events-2026-03-02.jsonl";

/** A started sink in a new folder, on a clock that stands at Sunday noon until it is set. */
async function startSink(options: Partial<JsonlSinkOptions> = {}): Promise<{
  sink: JsonlSink;
  folder: string;
  clock: { unixMillis: number };
  read(name?: string): unknown[];
}> {
  const folder = options.folder ?? temporaryFolder();
  const clock = { unixMillis: Date.UTC(2026, 2, 1, 12) };
  const sink = new JsonlSink({ ...options, folder }, { now: () => clock.unixMillis });
  onTestFinished(() => sink.close());
  await sink.start();
  const read = (name = SUNDAY): unknown[] => linesOf(join(folder, name)).map((line) => JSON.parse(line));
  return { sink, folder, clock, read };
}

/** The whole lines of a file; fails where the last one is torn. */
function linesOf(path: string): string[] {
  const lines = readFileSync(path, "utf8").split("\n");
  expect(lines.pop()).toBe("");
  return lines;
}

describe("what is written", () => {
  it("is a line of JSON for each event, in a folder made for it", async () => {
    const { sink, folder, read } = await startSink({ folder: join(temporaryFolder(), "deep", "down") });
    const events = [sampleEvent({ attributes: { text: "two\nlines 🦉 \u2028" } }), ...sampleEvents(2)];
    await sink.write(events.slice(0, 1));
    await sink.write(events.slice(1));
    expect(readdirSync(folder)).toEqual([SUNDAY]);
    expect(read()).toEqual(events);
  });

  it("goes on in the file that is there", async () => {
    const { sink, folder, read } = await startSink();
    const [before, after] = sampleEvents(2) as [AgentEvent, AgentEvent];
    await sink.write([before]);
    await sink.close();
    const { sink: next } = await startSink({ folder });
    await next.write([after]);
    expect(read()).toEqual([before, after]);
  });

  it("begins on a new line where a crash tore the last one", async () => {
    const folder = temporaryFolder();
    const whole = sampleEvents(2);
    writeFileSync(join(folder, SUNDAY), `${JSON.stringify(whole[0])}\n{"id":"torn-in-the-mid`);
    const { sink } = await startSink({ folder });
    await sink.write(whole.slice(1));
    await sink.write(sampleEvents(1));
    const lines = linesOf(join(folder, SUNDAY));
    expect(lines).toHaveLength(4);
    expect([lines[0], lines[2]]).toEqual(whole.map((event) => JSON.stringify(event)));
  });

  it("is what it can be when an event cannot be JSON, and the sink says what is missing", async () => {
    const { sink, read } = await startSink();
    const circular = sampleEvent();
    Object.assign(circular.data, { self: circular });
    const [before, after] = sampleEvents(2) as [AgentEvent, AgentEvent];
    await expect(sink.write([before, circular, after])).rejects.toThrow("1 of 3 events could not be written as JSON.");
    await expect(sink.write([circular])).rejects.toThrow("1 of 1");
    expect(read()).toEqual([before, after]);
  });

  it("is in order when writes overlap, and complete when the close comes right behind", async () => {
    const { sink, read } = await startSink();
    const batches = Array.from({ length: 20 }, () => sampleEvents(3));
    const writes = batches.map((batch) => sink.write(batch));
    await Promise.all([sink.close(), sink.close()]);
    await Promise.all(writes);
    expect(read()).toEqual(batches.flat());
    await expect(sink.write(sampleEvents(1))).rejects.toThrow("closed");
  });
});

describe("the file", () => {
  it("changes with the day in UTC", async () => {
    const { sink, folder, clock, read } = await startSink();
    const [sunday, monday] = sampleEvents(2) as [AgentEvent, AgentEvent];
    clock.unixMillis = Date.UTC(2026, 2, 1, 23, 59, 59, 999);
    await sink.write([sunday]);
    clock.unixMillis += 1;
    await sink.write([monday]);
    expect(readdirSync(folder).sort()).toEqual([SUNDAY, MONDAY]);
    expect([read(SUNDAY), read(MONDAY)]).toEqual([[sunday], [monday]]);
  });

  it("is opened anew after a rename, as log rotation does it", async () => {
    const { sink, folder, read } = await startSink();
    const [before, after] = sampleEvents(2) as [AgentEvent, AgentEvent];
    await sink.write([before]);
    renameSync(join(folder, SUNDAY), join(folder, "rotated.jsonl"));
    await sink.write([after]);
    expect([read("rotated.jsonl"), read()]).toEqual([[before], [after]]);
  });

  it("is made anew when somebody deleted it, or its folder", async () => {
    const { sink, folder, read } = await startSink();
    for (const victim of [join(folder, SUNDAY), folder]) {
      await sink.write(sampleEvents(1));
      rmSync(victim, { recursive: true });
      const events = sampleEvents(2);
      await sink.write(events);
      expect(read()).toEqual(events);
    }
  });

  it("is appended to beside another process", async () => {
    const { sink, folder } = await startSink();
    for (let round = 0; round < 3; round += 1) {
      await sink.write(sampleEvents(1));
      appendFileSync(join(folder, SUNDAY), `{"other":${round}}\n`);
    }
    expect(linesOf(join(folder, SUNDAY))).toHaveLength(6);
  });

  it("is one of at most as many days as asked for; what is not ours stays", async () => {
    const folder = temporaryFolder();
    const foreign = ["events-2020-01-01.jsonl.gz", "events-latest.jsonl", "notes.txt"];
    for (const name of ["events-2026-01-01.jsonl", "events-2026-02-28.jsonl", ...foreign])
      writeFileSync(join(folder, name), "\n");
    const { sink, clock } = await startSink({ folder, maxFiles: 2 });
    expect(readdirSync(folder).sort()).toEqual(["events-2026-02-28.jsonl", SUNDAY, ...foreign].sort());
    clock.unixMillis += DAY_MILLIS;
    await sink.write(sampleEvents(1));
    expect(readdirSync(folder).sort()).toEqual([SUNDAY, MONDAY, ...foreign].sort());
  });
});

describe("trouble", () => {
  it("at start is told with the folder and the option", async () => {
    const file = join(temporaryFolder(), "file");
    writeFileSync(file, "");
    for (const folder of [join(file, "events"), "/proc/events"]) {
      const start = new JsonlSink({ folder }).start();
      await expect(start).rejects.toThrow(
        new RegExp(
          `^The folder ${folder} cannot take event files \\(.+\\): give another one with the option jsonl \\(CROWSNEST_JSONL\\)\\.$`,
        ),
      );
    }
  });

  it("with options is told at once", () => {
    for (const maxFiles of [0, -1, 1.5, Number.NaN]) {
      expect(() => new JsonlSink({ folder: "unused", maxFiles })).toThrow(/^maxFiles takes a whole number of days above 0/);
    }
  });

  it("of one write is over with the next", async () => {
    const { sink, folder, read } = await startSink();
    rmSync(folder, { recursive: true });
    // Somebody's file stands where the folder was, so that nothing can be made there.
    writeFileSync(folder, "");
    await expect(sink.write(sampleEvents(1))).rejects.toThrow();
    rmSync(folder);
    const events = sampleEvents(1);
    await sink.write(events);
    expect(read()).toEqual(events);
  });
});

it("takes what is published on a bus, whole and in order, and counts nothing as lost", async () => {
  const lost: unknown[] = [];
  const bus = new Bus({ dropped: (...loss) => lost.push(loss), tapFailed: (...failure) => lost.push(failure) });
  const folder = temporaryFolder();
  await bus.connect(new JsonlSink({ folder }), { maxBatch: 50 });
  const events = sampleEvents(1_000);
  for (const event of events) bus.publish(event);
  await bus.flush();
  await bus.close(5_000);
  const [name] = readdirSync(folder) as [string];
  expect(existsSync(join(folder, name))).toBe(true);
  expect(linesOf(join(folder, name)).map((line) => JSON.parse(line))).toEqual(events);
  expect(lost).toEqual([]);
});
