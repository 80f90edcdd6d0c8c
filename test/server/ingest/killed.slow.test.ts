import { join } from "node:path";
import { expect, test } from "vitest";
import { startHubProcess } from "../../support/hub-process.ts";
import { expectFiguresOfLog } from "../../support/same-as-log.ts";
import { acknowledgedBy, pauseAll, Sender } from "../../support/sender.ts";
import { readLog } from "../../support/stored-log.ts";
import { tempFolder } from "../../support/temp-folder.ts";
import { until } from "../../support/until.ts";

const isFull = process.env.CROWSNEST_SLOW !== undefined;
const EVENTS = isFull ? 200_000 : 20_000;
const KILLS = isFull ? 5 : 2;
const CLIENTS = 8;
/** How long a hub may take until it listens again, with all that it has read back. */
const MAX_RESTART_SECONDS = 20;
const TIMEOUT_MILLIS = 600_000;

test(`${EVENTS} events of ${CLIENTS} clients are kept once each, though the hub is killed ${KILLS} times`, {
  timeout: TIMEOUT_MILLIS,
}, async () => {
  const data = join(await tempFolder(), "data");
  let hub = await startHubProcess(data);
  const { port } = new URL(hub.url);
  const senders = Array.from({ length: CLIENTS }, (_, client) => new Sender(client, hub.url));
  const sending = Promise.all(senders.map((sender) => sender.send(EVENTS / CLIENTS)));

  const restarts: string[] = [];
  for (let kill = 1; kill <= KILLS; kill += 1) {
    const share = kill / (KILLS + 1);
    await until(`${share} of all events`, () => acknowledgedBy(senders) >= EVENTS * share, TIMEOUT_MILLIS);
    await hub.kill();
    const pause = pauseAll(senders);
    const events = readLog(data);
    const kept = new Set(events.map(({ id }) => id));
    expect(senders.flatMap(({ ids }) => ids).filter((id) => !kept.has(id))).toEqual([]);
    hub = await startHubProcess(data, ["--port", port]);
    restarts.push(`${events.length} events in ${hub.startSeconds.toFixed(2)} s`);
    expect(hub.startSeconds).toBeLessThan(MAX_RESTART_SECONDS);
    await expectFiguresOfLog(hub.url, events);
    pause.end();
  }
  await sending;
  await hub.kill();

  const events = readLog(data);
  const sent = events.filter(({ id }) => id.startsWith("client-")).map(({ id }) => id);
  expect(sent.length).toBe(EVENTS);
  expect(new Set(sent).size).toBe(EVENTS);
  // What the hub said of its own accord: budgets that were passed.
  const own = events.filter(({ id }) => !id.startsWith("client-"));
  expect(new Set(own.map(({ type }) => type))).toEqual(new Set(["budget_warning", "budget_exceeded"]));
  // Kills fell into requests that were under way, or this proves nothing.
  expect(senders.reduce((sum, { retries }) => sum + retries, 0)).toBeGreaterThan(0);
  const again = await startHubProcess(data);
  restarts.push(`${events.length} events in ${again.startSeconds.toFixed(2)} s`);
  await expectFiguresOfLog(again.url, events);
  if (isFull) console.log(`restarts: ${restarts.join(", ")}; requests sent again: ${senders.map(({ retries }) => retries)}`);
});
