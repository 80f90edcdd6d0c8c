import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { EventInput } from "../../src/events/types.ts";
import { defineView } from "../../src/views/view.ts";
import { ViewSet } from "../../src/views/view-set.ts";
import { NOON } from "../helpers/events.ts";
import { stored } from "../helpers/read-view.ts";

const heartbeat = (agent: string): EventInput => ({ type: "agent_heartbeat", agent, data: {} });
const queued: EventInput = { type: "task_queued", taskId: "T-1", data: { taskType: "write" } };

/** Names of the agents that were heard of, and when; falls over one of them. */
const heardView = defineView({
  summary: "Who was heard of.",
  version: 1,
  types: ["agent_heartbeat"],
  query: z.strictObject({}),
  answer: z.object({ heard: z.array(z.string()), at: z.array(z.number()), now: z.number() }),
  initial: () => ({ heard: [] as string[], at: [] as number[] }),
  apply(state, { agent }, timeUnixMillis) {
    if (agent === "crook") throw new Error("cannot take it");
    state.heard.push(agent as string);
    state.at.push(timeUnixMillis);
  },
  read: ({ heard, at }, _query, now) => ({ heard: [...heard], at: [...at], now }),
});

const views = { one: heardView, other: { ...heardView, version: 2, types: ["agent_heartbeat", "task_queued"] as const } };

function newSet() {
  const failures: string[] = [];
  const set = new ViewSet(views, (view, error) => failures.push(`${view}: ${(error as Error).message}`));
  const [one, other] = set.parts;
  if (one === undefined || other === undefined) throw new Error("two views have two parts");
  return { set, failures, one, other };
}

describe("a view in its set", () => {
  it("meets its own types, and all others go by", () => {
    const { set } = newSet();
    for (const event of stored([0, heartbeat("scribe")], [1, queued])) set.apply(event);
    expect(set.read("one", {}, NOON).heard).toEqual(["scribe"]);
    expect(set.read("other", {}, NOON).heard).toHaveLength(2);
  });

  it("that cannot take an event is told of, takes the next one, and keeps nobody else from any", () => {
    const { set, failures } = newSet();
    for (const event of stored([0, heartbeat("scribe")], [1, heartbeat("crook")], [2, heartbeat("critic")])) set.apply(event);
    expect(failures).toEqual(["one: cannot take it", "other: cannot take it"]);
    for (const name of ["one", "other"] as const) expect(set.read(name, {}, NOON).heard).toEqual(["scribe", "critic"]);
  });

  it("is told when things happened, but never later than the hub heard of them", () => {
    const { set } = newSet();
    const [late, early] = stored([0, heartbeat("late")], [86_400, heartbeat("early")]);
    if (late === undefined || early === undefined) throw new Error("two events");
    set.apply({ ...late, receivedUnixMillis: NOON + 5_000 });
    set.apply({ ...early, receivedUnixMillis: NOON + 6_000 });
    expect(set.read("one", {}, NOON).at).toEqual([NOON, NOON + 6_000]);
  });

  it("knows what time it is only where it is read", () => {
    const { set } = newSet();
    expect([set.read("one", {}, 1).now, set.read("one", {}, 2).now]).toEqual([1, 2]);
    expect(set.read("one", {}).now).toBeGreaterThan(Date.UTC(2025, 0));
  });
});

describe("where a view stands", () => {
  const events = stored([0, heartbeat("a")], [1, heartbeat("b")], [2, heartbeat("c")]);

  it("is known by name and version", () => {
    const { one, other } = newSet();
    expect([one, other].map(({ name, version }) => [name, version])).toEqual([
      ["one", 1],
      ["other", 2],
    ]);
  });

  it("is behind what it was restored from, and ahead of the others by as much", () => {
    const { set, one } = newSet();
    one.restore({ heard: ["a", "b"], at: [NOON, NOON + 1_000] }, 2);
    for (const event of events) set.replay(event);
    for (const name of ["one", "other"] as const) expect(set.read(name, {}, NOON).heard).toEqual(["a", "b", "c"]);
  });

  it("does not move while it is held, and takes what it heard meanwhile in order, once", () => {
    const { set, one } = newSet();
    const release = one.hold(() => {});
    for (const event of events) set.apply(event);
    expect(one.state()).toEqual({ heard: [], at: [] });
    expect(set.read("other", {}, NOON).heard).toEqual(["a", "b", "c"]);
    release();
    release();
    expect(set.read("one", {}, NOON).heard).toEqual(["a", "b", "c"]);
  });

  it("is up to date for whoever asks while it is held: the writing is finished first", () => {
    const { set, one } = newSet();
    const written: unknown[] = [];
    const release = one.hold(() => written.push(structuredClone(one.state())));
    for (const event of events) set.apply(event);
    expect(set.read("one", {}, NOON).heard).toEqual(["a", "b", "c"]);
    expect(written).toEqual([{ heard: [], at: [] }]);
    // The one who held it lets go of what is not held any more, or is held by somebody else by now.
    const second = one.hold(() => {});
    release();
    for (const event of stored([3, heartbeat("d")])) set.apply({ ...event, seq: 4 });
    expect(one.state()).toMatchObject({ heard: ["a", "b", "c"] });
    second();
    expect(one.state()).toMatchObject({ heard: ["a", "b", "c", "d"] });
  });

  it("tells of what it could not take also where that was held back", () => {
    const { set, one, failures } = newSet();
    const release = one.hold(() => {});
    for (const event of stored([0, heartbeat("crook")], [1, heartbeat("critic")])) set.apply(event);
    release();
    expect(failures).toEqual(["other: cannot take it", "one: cannot take it"]);
    expect(set.read("one", {}, NOON).heard).toEqual(["critic"]);
  });
});
