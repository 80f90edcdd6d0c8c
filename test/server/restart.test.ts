import { copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Registry } from "prom-client";
import { describe, expect, it, vi } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { Core } from "../../src/core.ts";
import type { StoredEvent } from "../../src/events/types.ts";
import { snapshotPathOf } from "../../src/store/open-store.ts";
import { samplesOf } from "../helpers/metrics.ts";
import { FleetTraffic } from "../support/fleet-traffic.ts";
import { startTestHub, type TestHub } from "../support/hub.ts";
import { type HubProcess, startHubProcess } from "../support/hub-process.ts";
import { expectAnswersOfLog } from "../support/same-as-log.ts";
import { readLog } from "../support/stored-log.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { until } from "../support/until.ts";

const CLIENTS = 4;
const EVENTS_PER_REQUEST = 50;

/** Clients that send until the hub is gone; resolves with how much was kept of what they sent. */
async function sendUntilGone(url: string, traffic: readonly FleetTraffic[], kept: (events: number) => void): Promise<void> {
  const send = async (client: FleetTraffic): Promise<void> => {
    try {
      for (;;) kept(await post(url, client));
    } catch {
      // It is gone.
    }
  };
  await Promise.all(traffic.map(send));
}

async function post(url: string, client: FleetTraffic): Promise<number> {
  const body = JSON.stringify(client.next(EVENTS_PER_REQUEST));
  const response = await fetch(`${url}/v1/events`, { method: "POST", headers: { "content-type": "application/json" }, body });
  if (response.status !== 202) throw new Error(`answered ${response.status}`);
  return ((await response.json()) as { accepted: number }).accepted;
}

/** A hub that takes what clients send until it has so much, and is ended in the middle of it. */
async function runUntilEnded(
  data: string,
  traffic: readonly FleetTraffic[],
  events: number,
  end: (hub: HubProcess) => Promise<unknown>,
) {
  const hub = await startHubProcess(data);
  let kept = 0;
  const sending = sendUntilGone(hub.url, traffic, (more) => {
    kept += more;
  });
  await until(`${events} events`, () => (kept >= events ? true : undefined));
  await end(hub);
  await sending;
  return hub;
}

const stop = (hub: HubProcess) => {
  hub.program.child.kill("SIGTERM");
  return hub.program.ended;
};
const kill = (hub: HubProcess) => hub.kill();

/** Every answer and every gauge of the hub is what a fold over its whole log, from the first event on, says at that moment. */
async function expectSameAsLog({ hub, data }: TestHub): Promise<StoredEvent[]> {
  await hub.flush();
  const events = readLog(data);
  await expectAnswersOfLog(hub.url, data, events);
  const core = new Core(loadConfig({ options: {} }), { registry: new Registry(), submit: () => {} });
  for (const event of events) core.replay(event);
  vi.useFakeTimers({ toFake: ["Date"] });
  try {
    const gauges = gaugesOf(await (await fetch(`${hub.url}/metrics`)).text());
    expect(gauges.size).toBeGreaterThan(20);
    expect(gauges).toEqual(gaugesOf(await textOf(core)));
  } finally {
    vi.useRealTimers();
  }
  return events;
}

async function textOf(core: Core): Promise<string> {
  return Buffer.concat(await core.exposition.render("text")).toString();
}

function gaugesOf(page: string): Map<string, number> {
  const families = new Set([...page.matchAll(/^# TYPE (agent_\S+) gauge$/gm)].map(([, family]) => family));
  return new Map([...samplesOf(page)].filter(([sample, value]) => value !== 0 && families.has(sample.split("{", 1)[0])));
}

describe("a hub that is restarted under load", () => {
  it("shows what its whole log says: stopped, killed, and with what comes afterwards", { timeout: 60_000 }, async () => {
    const data = join(await tempFolder(), "data");
    const traffic = Array.from({ length: CLIENTS }, (_, client) => new FleetTraffic(client));
    const stopped = await runUntilEnded(data, traffic, 2_000, stop);
    expect(stopped.program.output.stderr).not.toContain("snapshot");
    const path = snapshotPathOf(data);
    const snapshot = await readFile(path);
    await runUntilEnded(data, traffic, 1_000, kill);
    // Killed, it wrote none: what the first one left is older than the log.
    expect(await readFile(path)).toEqual(snapshot);

    const again = await startTestHub({ data });
    expect((await expectSameAsLog(again)).length).toBeGreaterThan(3_000);
    for (let round = 0; round < 5; round += 1) await Promise.all(traffic.map((client) => post(again.hub.url, client)));
    await expectSameAsLog(again);
    expect(again.told).toEqual([]);
    await again.hub.close();

    const torn = await readFile(path);
    await writeFile(path, torn.subarray(0, torn.length / 2));
    const rebuilt = await startTestHub({ data });
    await expectSameAsLog(rebuilt);
    expect(rebuilt.told).toEqual([expect.stringContaining(`the snapshot ${path} is not used: its end is missing`)]);
  });

  it("does not believe a snapshot of another store", { timeout: 60_000 }, async () => {
    const [data, other] = [join(await tempFolder(), "data"), join(await tempFolder(), "data")];
    for (const [client, folder] of [data, other].entries()) {
      const { hub } = await startTestHub({ data: folder });
      const traffic = new FleetTraffic(client);
      for (let request = 0; request < 3 + client; request += 1) await post(hub.url, traffic);
      await hub.close();
    }
    await copyFile(snapshotPathOf(other), snapshotPathOf(data));
    const restarted = await startTestHub({ data });
    await expectSameAsLog(restarted);
    expect(restarted.told).toEqual([expect.stringContaining("this store does not have the last event of it")]);
  });
});
