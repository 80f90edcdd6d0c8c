import { expect, test } from "vitest";
import type { AgentEvent } from "../../../src/events/types.ts";
import { complete } from "../../helpers/events.ts";
import { watch, watchSse } from "../../support/live-clients.ts";
import { startLive } from "../../support/live-server.ts";

/** As code in this process may hand it over, which the types alone keep from it. */
function spoilt(event: AgentEvent, fields: object): AgentEvent {
  return { ...event, ...fields } as AgentEvent;
}

const started = () => complete({ type: "agent_started", agent: "scribe", data: {} });

test("an event that its sender in this process spoils after it was kept ends nothing, and its neighbours come", async () => {
  const live = await startLive();
  const [console, observatory] = [await watch(live.url), await watchSse(live.url)];
  await observatory.told("type");
  const data: Record<string, unknown> = {};
  await live.publish([started(), spoilt(started(), { data }), started()]);
  data.self = data;
  for (const watcher of [console, observatory]) {
    await watcher.reached(3);
    expect(watcher.seqs).toEqual([1, 2, 3]);
  }
  expect(console.messages[1]).toMatchObject({ event_type: "agent_started", seq: 2, payload: { agent: "scribe" } });
});

test("an event with a time that no calendar has, handed over in this process, comes with the time of its arrival", async () => {
  const live = await startLive();
  const observatory = await watchSse(live.url);
  await observatory.told("type");
  await live.publish([spoilt(started(), { timeUnixMillis: 1e16 })]);
  await observatory.reached(1);
  expect(observatory.messages[1]).toMatchObject({ timestamp: new Date(live.log[0]?.receivedUnixMillis ?? 0).toISOString() });
});

test("a filter that cannot make sense of an event costs one watcher its connection, and nobody else anything", async () => {
  const live = await startLive();
  const [picky, other] = [await watch(live.url), await watch(live.url)];
  picky.say({ subscribe: { agents: ["critic"] } });
  await picky.told("subscribed");
  await live.publish([spoilt(started(), { type: "agents_coordinated" }), started()]);
  await other.reached(2);
  expect(other.seqs).toEqual([1, 2]);
  expect((await picky.closed).code).toBe(1_013);
});
