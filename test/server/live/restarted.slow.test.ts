import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { StreamClient } from "../../../src/cli/stream-client.ts";
import type { EventType, StoredEvent } from "../../../src/events/types.ts";
import { type HubProcess, startHubProcess } from "../../support/hub-process.ts";
import { ResumingSocket, ResumingSse, type Seen } from "../../support/resuming-watcher.ts";
import { expectAnswersOfLog, expectFiguresOfLog } from "../../support/same-as-log.ts";
import { acknowledgedBy, Sender } from "../../support/sender.ts";
import { readLog } from "../../support/stored-log.ts";
import { tempFolder } from "../../support/temp-folder.ts";
import { until } from "../../support/until.ts";

const isFull = process.env.CROWSNEST_SLOW !== undefined;
const RESTARTS = isFull ? 24 : 3;
const EVENTS = RESTARTS * 1_200;
const SENDERS = 4;
/** Some 1,500 events a second from all of them: work enough for a hub to be in the middle of, at a pace that each watcher keeps. */
const PACE = { eventsPerRequest: 20, pauseMillis: 40 };
/** Every other hub ends within this time from when it listens: while everybody connects again and is sent what it missed. */
const EARLY_MILLIS = 150;
const PATIENCE_MILLIS = 60_000;
/** What those see who do not want to see everything; the last one is what the hub itself tells. */
const SOME: EventType[] = ["task_completed", "handoff_started", "budget_exceeded"];

test(`a hub is ended ${RESTARTS} times under load: who watches sees every event once, and every view says what the log says`, {
  timeout: RESTARTS * 30_000,
}, async () => {
  const data = join(await tempFolder(), "data");
  let hub = await startHubProcess(data);
  const { url } = hub;
  const resuming = {
    "/ws": new ResumingSocket(url, "/ws"),
    "/ws in batches": new ResumingSocket(url, "/ws?batch=1"),
    "/ws, some": new ResumingSocket(url, "/ws?batch=1", { types: SOME }),
    stream: new ResumingSse(url),
    "stream, some": new ResumingSse(url, `&event_types=${SOME}`),
  };
  const watchers = { ...resuming, "events tail": tail(url) };
  const senders = Array.from({ length: SENDERS }, (_, client) => new Sender(client, url, PACE));
  const sending = Promise.all(senders.map((sender) => sender.send(EVENTS / SENDERS)));

  for (let restart = 1; restart <= RESTARTS; restart += 1) {
    if (restart % 2 === 0) await sleep(Math.random() * EARLY_MILLIS);
    else {
      const enough = (EVENTS * restart) / (RESTARTS + 1);
      await until(`${enough} events`, () => acknowledgedBy(senders) >= enough, PATIENCE_MILLIS);
    }
    await (restart % 3 === 0 ? stop(hub) : hub.kill());
    hub = await startHubProcess(data, ["--port", new URL(url).port]);
  }
  await sending;

  const events = await logOf(hub, data);
  const known = new Set(events.map(({ id }) => id));
  expect(senders.flatMap(({ ids }) => ids).filter((id) => !known.has(id))).toEqual([]);
  for (const [name, { seen }] of Object.entries(watchers)) {
    const wanted = events.filter(({ type }) => !name.endsWith("some") || SOME.includes(type));
    await until(`${name} to see the last event`, () => seen.at(-1)?.seq === wanted.at(-1)?.seq);
    expect(seen, name).toEqual(wanted.map(({ seq, id }) => ({ seq, id })));
  }
  // Whoever was told goodbye was so by the hubs that had the time to.
  for (const { ends } of [resuming["/ws"], resuming["/ws in batches"], resuming["/ws, some"]]) {
    expect(new Set(ends)).toEqual(new Set(["1001", "1006"]));
  }
  for (const { ends } of [resuming.stream, resuming["stream, some"]]) {
    expect(new Set(ends)).toEqual(new Set(["the hub is going away", "broken off"]));
  }
  await expectAnswersOfLog(url, data, events);
  await expectFiguresOfLog(url, events);

  await stop(hub);
  hub = await startHubProcess(data);
  await expectAnswersOfLog(hub.url, data, events);
  await expectFiguresOfLog(hub.url, events);
});

/** Watches as `crowsnest events tail` does. */
function tail(hub: string): { readonly seen: readonly Seen[] } {
  const seen: Seen[] = [];
  const client = new StreamClient(
    { hub, token: undefined, filter: {}, sinceUnixMillis: 0 },
    { events: (events) => seen.push(...events.map(({ seq, id }) => ({ seq, id }))), told: () => undefined },
  );
  onTestFinished(() => client.close());
  void client.run();
  return { seen };
}

async function stop({ program }: HubProcess): Promise<void> {
  program.child.kill("SIGTERM");
  expect(await program.ended).toEqual({ code: 0, signal: null });
  expect(program.output.stderr).toBe("");
}

/** The whole log, with what the hub itself had to say of the last events. */
async function logOf({ url }: HubProcess, data: string): Promise<StoredEvent[]> {
  await until("nothing that waits to be kept", async () =>
    (await (await fetch(`${url}/metrics`)).text()).includes('\ncrowsnest_queue_depth{queue="store"} 0\n'),
  );
  return readLog(data);
}
