import { describe, expect, it } from "vitest";
import { describeProblems, parseEvent } from "../../src/events/validate.ts";
import { NOON } from "../helpers/events.ts";

/** A complete handoff, with some fields set otherwise. */
function handoff(envelope: object = {}, data: object = {}): object {
  return {
    id: "1",
    type: "handoff_completed",
    timeUnixMillis: NOON,
    source: "shop",
    data: { fromAgent: "scribe", toAgent: "critic", outcome: "success", durationSeconds: 1, ...data },
    ...envelope,
  };
}

function skill(data: object): object {
  return {
    id: "1",
    type: "skill_invoked",
    timeUnixMillis: NOON,
    source: "shop",
    data: { skill: "sum", outcome: "success", ...data },
  };
}

/** Where the problems are, and which common mistake each is. */
function faultsOf(input: unknown): (readonly [path: string, code: string | undefined])[] {
  const parsed = parseEvent(input);
  return "problems" in parsed ? parsed.problems.map(({ path, code }) => [path, code] as const) : [];
}

describe("parseEvent", () => {
  it.each([null, undefined, 7, "handoff", [], [handoff()], () => handoff()])("refuses %o, which is no object", (input) => {
    expect(parseEvent(input)).toMatchObject({ reason: "not_an_object" });
  });

  it.each(["handoff_done", "", "__proto__", "constructor", "toString", 7, null, undefined, ["handoff_completed"]])(
    "refuses the type %o, naming it",
    (type) => {
      expect(parseEvent(handoff({ type }))).toMatchObject({ reason: "unknown_type", problems: [{ path: "type" }] });
    },
  );

  it("refuses an event of an agent that does not say which", () => {
    const heartbeat = { id: "1", type: "agent_heartbeat", timeUnixMillis: NOON, source: "shop", data: {} };
    expect(parseEvent(heartbeat)).toEqual({
      reason: "missing_agent",
      problems: [{ path: "agent", message: "is required for agent_heartbeat" }],
    });
    expect(parseEvent({ ...heartbeat, agent: "" })).toMatchObject({ reason: "invalid_event", problems: [{ path: "agent" }] });
  });

  it.each(["ok", "SUCCESS", "", null, true])("refuses the outcome %o", (outcome) => {
    expect(faultsOf(handoff({}, { outcome }))).toEqual([["data.outcome", undefined]]);
  });

  it.each([
    [Number.NaN, "not_a_number"],
    [Number.POSITIVE_INFINITY, "not_a_number"],
    ["1", "not_a_number"],
    [null, "not_a_number"],
    [-0.001, "negative_number"],
    [1e10 + 1, "out_of_range"],
    [Number.MAX_VALUE, "out_of_range"],
  ])("refuses the duration %o and says what kind of mistake it is", (durationSeconds, code) => {
    expect(faultsOf(handoff({}, { durationSeconds }))).toEqual([["data.durationSeconds", code]]);
  });

  it("refuses amounts that would make sums infinite or inexact, and says each once", () => {
    const call = { provider: "openai", model: "gpt-5", outcome: "success", durationSeconds: 1 };
    const event = { id: "1", type: "model_called", timeUnixMillis: NOON, source: "shop", agent: "scribe" };
    const faults = faultsOf({ ...event, data: { ...call, costUsd: 1e308, inputTokens: 2 ** 60, peakRssBytes: 1e300 } });
    expect(faults.sort()).toEqual([
      ["data.costUsd", "out_of_range"],
      ["data.inputTokens", "out_of_range"],
      ["data.peakRssBytes", "out_of_range"],
    ]);
    expect(parseEvent({ ...event, data: { ...call, costUsd: 1e10, inputTokens: 1e12 } })).toHaveProperty("event");
  });

  it("takes 0 and -0 as durations", () => {
    for (const durationSeconds of [0, -0]) expect(parseEvent(handoff({}, { durationSeconds }))).toHaveProperty("event");
  });

  it("refuses a share above 1 as out of range, not as too large", () => {
    const decision = { id: "1", type: "decision_made", timeUnixMillis: NOON, source: "shop", agent: "critic" };
    const faults = faultsOf({ ...decision, data: { decisionType: "approval", confidenceRatio: 90 } });
    expect(faults).toEqual([["data.confidenceRatio", "out_of_range"]]);
  });

  it.each([
    ["1970, as zero", 0],
    ["1970, as seconds where milliseconds are meant", NOON / 1_000],
    ["the last moment of 1999", Date.UTC(2000, 0) - 1],
    ["2100", Date.UTC(2100, 0)],
    ["the far future, as microseconds", NOON * 1_000],
    ["nowhere, as nanoseconds", NOON * 1_000_000],
    ["before 1970", -1],
    ["a fraction of a millisecond", NOON + 0.5],
    ["no number", new Date(NOON).toISOString()],
  ])("refuses a time in %s", (_when, timeUnixMillis) => {
    const paths = faultsOf(handoff({ timeUnixMillis })).map(([path]) => path);
    expect(new Set(paths)).toEqual(new Set(["timeUnixMillis"]));
  });

  it("says which unit a time has that is in the wrong century", () => {
    const parsed = parseEvent(handoff({ timeUnixMillis: NOON / 1_000 }));
    const problems = "problems" in parsed ? describeProblems(parsed.problems) : "";
    expect(problems).toBe("timeUnixMillis: is not within the years 2000 to 2099 (milliseconds since 1970 are meant)");
  });

  it("refuses unknown fields of the envelope by name", () => {
    const parsed = parseEvent(handoff({ agentName: "scribe" }));
    expect(parsed).toMatchObject({
      reason: "invalid_event",
      problems: [{ path: "agentName", message: "is not known here; near it are agent and agentId" }],
    });
  });

  it("tells everything that is wrong at once", () => {
    const faults = faultsOf(handoff({ source: "", traceId: "xyz" }, { outcome: "ok", durationSeconds: Number.NaN }));
    expect(faults.map(([path]) => path)).toEqual(["source", "traceId", "data.outcome", "data.durationSeconds"]);
  });

  it("does not take prototypes for data, and does not let data become a prototype", () => {
    expect(parseEvent(JSON.parse('{"__proto__": {"type": "handoff_completed"}}'))).toMatchObject({ reason: "unknown_type" });
    const inData = JSON.parse(JSON.stringify(handoff()).replace('"data":{', '"data":{"__proto__":{"polluted":1},'));
    expect(parseEvent(inData)).toMatchObject({
      reason: "invalid_event",
      problems: [{ path: "data.__proto__" }],
    });
    const inAttributes = parseEvent(handoff({ attributes: JSON.parse('{"__proto__": "a", "constructor": "b"}') }));
    const attributes = "event" in inAttributes ? inAttributes.event.attributes : {};
    expect(Object.getPrototypeOf(attributes)).toBe(Object.prototype);
    expect({ ...attributes }).toEqual({ constructor: "b" });
  });

  it("cuts over-long text with an ellipsis instead of refusing it", () => {
    const parsed = parseEvent(handoff({}, { reason: "x".repeat(5_000) }));
    expect(parsed).toMatchObject({ event: { data: { reason: `${"x".repeat(1_999)}…` } } });
    expect(parseEvent(handoff({}, { reason: "x".repeat(2_000) }))).toMatchObject({
      event: { data: { reason: "x".repeat(2_000) } },
    });
  });

  it("never cuts a character in half", () => {
    for (const lead of ["", "x"]) {
      const parsed = parseEvent(handoff({}, { reason: lead + "🦜".repeat(1_500) }));
      const reason = "event" in parsed && parsed.event.type === "handoff_completed" ? (parsed.event.data.reason ?? "") : "";
      expect(reason.isWellFormed()).toBe(true);
      expect(reason).toMatch(/🦜…$/u);
    }
  });

  it("refuses over-long names, as a name that is cut is another name", () => {
    expect(faultsOf(handoff({}, { toAgent: "x".repeat(201) }))).toEqual([["data.toAgent", "too_large"]]);
    expect(parseEvent(handoff({}, { toAgent: "x".repeat(200) }))).toHaveProperty("event");
  });

  it("refuses more than 64 attributes and values that are no text, number or truth", () => {
    const many = Object.fromEntries(Array.from({ length: 65 }, (_, index) => [`key-${index}`, index]));
    expect(faultsOf(handoff({ attributes: many }))).toHaveLength(1);
    expect(faultsOf(handoff({ attributes: { nested: { a: 1 } } }))).toHaveLength(1);
    expect(parseEvent(handoff({ attributes: { text: "a", number: 1, truth: false } }))).toHaveProperty("event");
  });

  it("takes any JSON as a payload, up to 64 KiB", () => {
    const params = { words: 100, nested: [{ deep: [null, true, "x"] }] };
    expect(parseEvent(skill({ params }))).toMatchObject({ event: { data: { params } } });
    expect(faultsOf(skill({ params: "x".repeat(65_536) }))).toEqual([["data.params", "too_large"]]);
    expect(faultsOf(skill({ result: { at: new Date(), f: () => 1 } }))).toHaveLength(1);
  });

  it("refuses payloads that contain themselves, or nest without end, instead of throwing", () => {
    const self: Record<string, unknown> = {};
    self.self = self;
    self.again = [self, self];
    let nested: unknown = 1;
    for (let level = 0; level < 50_000; level += 1) nested = [nested];
    for (const params of [self, nested]) expect(faultsOf(skill({ params }))).toEqual([["data.params", "circular"]]);
  });

  it("does not walk for ever through a payload that refers to one value often", () => {
    let bomb: unknown = "x";
    for (let level = 0; level < 60; level += 1) bomb = [bomb, bomb];
    const startedAt = performance.now();
    expect(parseEvent(skill({ params: bomb }))).toMatchObject({ reason: "invalid_event" });
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  it("leaves the input as it was", () => {
    const input = Object.freeze(handoff({}, { reason: "x".repeat(5_000) }));
    const before = JSON.stringify(input);
    parseEvent(input);
    expect(JSON.stringify(input)).toBe(before);
  });
});

describe("describeProblems", () => {
  it("puts all problems in one line", () => {
    const problems = [
      { path: "", message: "is not an object" },
      { path: "agent", message: "is required" },
    ];
    expect(describeProblems(problems)).toBe("is not an object; agent: is required");
  });
});
