import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { freePort } from "../../support/free-port.ts";
import { startTestHub } from "../../support/hub.ts";
import { inRepository } from "../../support/processes.ts";
import { numbersAt, numbersTo, startRelaying, tellNumbers } from "../../support/relaying.ts";
import { tempFolder } from "../../support/temp-folder.ts";
import { until } from "../../support/until.ts";

describe("a process with a hub and a spool", () => {
  test("sends through the spool, and leaves nothing in it", async () => {
    const hub = await startTestHub();
    const spool = join(await tempFolder(), "spool");
    const { crowsnest } = await startRelaying(hub.hub.url, { spool });
    tellNumbers({ crowsnest }, 0, 3_000);
    expect(await crowsnest.flush()).toEqual({ delivered: true, problems: [] });
    expect(await numbersAt(hub)).toEqual(numbersTo(3_000));
    await crowsnest.close();
    expect(await readdir(spool)).toEqual([]);
  });

  test("closes at once without the hub, loses nothing, and the next process sends it first", async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const spool = join(await tempFolder(), "spool");
    const one = await startRelaying(url, { spool, closeTimeoutSeconds: 10 });
    tellNumbers(one, 0, 9_000);
    const flushed = await one.crowsnest.flush();
    expect(flushed.problems).toEqual([
      `events were not all sent, but kept: the hub at ${url} cannot be reached (connection refused); 9000 events wait`,
    ]);
    const startedMillis = performance.now();
    await one.crowsnest.close();
    expect(performance.now() - startedMillis).toBeLessThan(2_000);
    expect(one.told.at(-1)).toBe(`crowsnest: 9000 events stay in ${spool} and are sent by the next process that spools there`);
    expect(one.crowsnest.health().reasons.join()).not.toContain("lost");

    const other = await startRelaying(url, { spool });
    tellNumbers(other, 9_000, 9_100);
    await until("the process to notice", () => other.told[0]);
    expect(await other.metric("crowsnest_spool_bytes")).toBeGreaterThan(1_000_000);
    const hub = await startTestHub({ port });
    await until("everything to arrive", async () => (await numbersAt(hub)).length === 9_100);
    expect(await numbersAt(hub)).toEqual(numbersTo(9_100));
    await until("the spool to be empty", async () => (await other.metric("crowsnest_spool_bytes")) === 0);
  });

  test("shares its folder with others", async () => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const spool = await tempFolder();
    const one = await startRelaying(url, { spool, closeTimeoutSeconds: 0.2 });
    const other = await startRelaying(url, { spool });
    tellNumbers(one, 0, 100);
    tellNumbers(other, 100, 200);
    await until("the first to notice", () => one.told[0]);
    await one.crowsnest.close();
    const third = await startRelaying(url, { spool });
    const hub = await startTestHub({ port });
    expect(await Promise.all([other, third].map(({ crowsnest }) => crowsnest.flush()))).toEqual([
      { delivered: true, problems: [] },
      { delivered: true, problems: [] },
    ]);
    expect((await numbersAt(hub)).sort((left, right) => left - right)).toEqual(numbersTo(200));
  });

  test("drops the newest when the spool is full, and counts them", async () => {
    const port = await freePort();
    const process = await startRelaying(`http://127.0.0.1:${port}`, { spool: await tempFolder(), maxSpoolBytes: 1_048_576 });
    for (let from = 0; from < 10_000; from += 500) {
      tellNumbers(process, from, from + 500);
      await until("the batch to be dealt with", async () => (await process.metric('crowsnest_queue_depth{queue="hub"}')) === 0);
    }
    const lost = (await process.metric('crowsnest_events_dropped_total{queue="hub",reason="spool_full"}')) ?? 0;
    expect(lost).toBeGreaterThan(1_000);
    expect(process.told).toContainEqual("crowsnest: events for hub are lost (spool full): the spool has no more room");
    const hub = await startTestHub({ port });
    await until("the rest to arrive", async () => (await numbersAt(hub)).length === 10_000 - lost);
    expect(await numbersAt(hub)).toEqual(numbersTo(10_000 - lost));
  });

  test("goes on live while the disk takes nothing, and says so", { timeout: 40_000 }, async () => {
    const hub = await startTestHub();
    const host = inRepository("test/sinks/relay/host.ts");
    const spool = await tempFolder();
    // No file may be longer than 16 KiB, which is a disk that is full in the middle of a line.
    const child = spawn("bash", ["-c", 'ulimit -f 16; exec "$0" "$@"', process.execPath, host, "0", "5000"], {
      env: { ...process.env, NODE_V8_COVERAGE: undefined, CROWSNEST_HUB: hub.hub.url, CROWSNEST_SPOOL: spool },
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += String(chunk)));
    await until("the host to have told all", () => said.match(/^told .*/m)?.[0]);
    expect(said).toContain('told {"delivered":true,"problems":[]}');
    expect(said).toMatch(new RegExp(`events for the hub cannot be kept in ${spool}, and wait in memory: EFBIG`));
    expect(await numbersAt(hub)).toEqual(numbersTo(5_000));
    child.kill("SIGTERM");
    expect(await once(child, "close")).toEqual([null, "SIGTERM"]);
    expect(await readdir(spool)).toEqual([]);
  });

  test("does not start where the folder cannot be one, and says what to set", async () => {
    await expect(startRelaying("http://127.0.0.1:9", { spool: "/dev/null/spool" })).rejects.toThrow(
      /^The folder \/dev\/null\/spool cannot take events for the hub \(.+\): give another one with the option spool \(CROWSNEST_SPOOL\)\.$/,
    );
  });
});
