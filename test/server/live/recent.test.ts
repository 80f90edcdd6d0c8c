import { expect, it } from "vitest";
import { LiveEvent } from "../../../src/server/live/live-event.ts";
import { RecentEvents } from "../../../src/server/live/recent.ts";
import { complete } from "../../helpers/events.ts";

/** An event with a text of such a length, written as it is when somebody watches. */
function written(seq: number, chars: number): LiveEvent {
  const event = complete({
    type: "skill_invoked",
    data: { skill: "review", outcome: "success", durationSeconds: 1, params: { text: "x".repeat(chars) } },
  });
  const live = new LiveEvent({ ...event, seq, receivedUnixMillis: event.timeUnixMillis });
  expect(live.console.length).toBeGreaterThan(chars);
  return live;
}

it("keeps the last events, and says so where one is no longer there", () => {
  const recent = new RecentEvents(10, 0);
  for (let seq = 1; seq <= 25; seq += 1) recent.add([written(seq, 1)]);
  expect(recent.after(20, 100)?.map(({ seq }) => seq)).toEqual([21, 22, 23, 24, 25]);
  expect(recent.after(15, 2)?.map(({ seq }) => seq)).toEqual([16, 17]);
  expect(recent.after(25, 100)).toEqual([]);
  expect(recent.after(2, 100)).toBeUndefined();
});

it("keeps fewer of events that are large, without a gap up to the last one", () => {
  const recent = new RecentEvents(2_000, 0);
  for (let seq = 1; seq <= 1_000; seq += 1) recent.add([written(seq, 60_000)]);
  const kept = [...Array(1_000).keys()].map((seq) => recent.after(seq, 1_000)).find((events) => events !== undefined);
  expect(kept?.length).toBeGreaterThan(50);
  expect(kept?.length).toBeLessThan(300);
  expect(kept?.at(-1)?.seq).toBe(1_000);
});

it("begins anew after a gap, and after events that nobody watched", () => {
  const recent = new RecentEvents(10, 0);
  recent.add([written(1, 1), written(2, 1), written(5, 1)]);
  expect(recent.after(1, 10)).toBeUndefined();
  expect(recent.after(4, 10)?.map(({ seq }) => seq)).toEqual([5]);
  recent.pass(6);
  expect([recent.lastSeq, recent.after(5, 10)]).toEqual([6, undefined]);
});
