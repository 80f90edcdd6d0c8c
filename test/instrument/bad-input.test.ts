import type { Crowsnest } from "crowsnest";
import { describe, expect, test } from "vitest";
import { parseEvent } from "../../src/events/validate.ts";
import { startEmbedded } from "../support/embedded.ts";

const dropped = (reason: string) => `crowsnest_events_dropped_total{queue="input",reason="${reason}"}`;

/** As callers without types have it. */
const untyped = (crowsnest: Crowsnest) => crowsnest as unknown as Record<keyof Crowsnest, (...given: unknown[]) => unknown>;

const circular: Record<string, unknown> = {};
circular.self = circular;

describe("what is handed in wrongly is counted with its reason, told, and stops nothing after it", () => {
  const cases: readonly [
    what: string,
    reason: string,
    act: (crowsnest: Record<keyof Crowsnest, (...given: unknown[]) => unknown>) => unknown,
  ][] = [
    ["an event of an unknown type", "unknown_type", (c) => c.emit({ type: "lunch_eaten", data: {} })],
    ["an event without an agent", "missing_agent", (c) => c.emit({ type: "agent_started", data: {} })],
    ["an event that is no object", "not_an_object", (c) => c.emit("handoff")],
    ["an event that is null", "not_an_object", (c) => c.emit(null)],
    [
      "an unknown outcome",
      "unknown_outcome",
      (c) => c.emit({ type: "agent_completed", agent: "a", data: { outcome: "great", durationSeconds: 1 } }),
    ],
    [
      "a negative duration",
      "negative_number",
      (c) => c.emit({ type: "agent_completed", agent: "a", data: { outcome: "success", durationSeconds: -1 } }),
    ],
    [
      "a duration that is not a number",
      "not_a_number",
      (c) => c.emit({ type: "agent_completed", agent: "a", data: { outcome: "success", durationSeconds: Number.NaN } }),
    ],
    [
      "a payload that contains itself",
      "circular",
      (c) => c.emit({ type: "skill_invoked", data: { skill: "s", outcome: "success", params: circular } }),
    ],
    [
      "a huge payload",
      "too_large",
      (c) => c.emit({ type: "skill_invoked", data: { skill: "s", outcome: "success", params: "x".repeat(1_000_000) } }),
    ],
    [
      "a getter that throws",
      "unreadable",
      (c) =>
        c.emit({
          type: "agent_started",
          agent: "a",
          get data() {
            throw new Error("boo");
          },
        }),
    ],
    ["a handoff to nobody", "missing_agent", (c) => c.handoff({ from: "scribe" }, () => 1)],
    ["a decision of nobody", "missing_agent", (c) => c.decision({ type: "approval" }, () => 1)],
    ["a task of no type", "missing_name", (c) => c.task({ agent: "scribe" }, () => 1)],
    [
      "options that cannot be read",
      "unreadable",
      (c) =>
        c.task(
          {
            get agent() {
              throw new Error("boo");
            },
          },
          (task: { progress(ratio: number): void }) => task.progress(0.5),
        ),
    ],
    ["no options at all", "unreadable", (c) => c.toolCall(undefined, () => 1)],
    ["tokens that are not a number", "not_a_number", (c) => c.context({ agent: "a", tokens: "many" })],
    ["a cost beyond all bounds", "out_of_range", (c) => c.budget({ day: true, limitUsd: 1e300 })],
    ["tokens beyond all bounds", "out_of_range", (c) => c.context({ agent: "a", tokens: 1e300 })],
    ["tokens below 0", "negative_number", (c) => c.context({ agent: "a", tokens: -5 })],
    ["a context of nobody", "missing_agent", (c) => c.context({ tokens: 5 })],
    ["a budget of nobody", "invalid_event", (c) => c.budget({ limitUsd: 5 })],
    ["a budget that is not a number", "not_a_number", (c) => c.budget({ day: true, limitUsd: Number.NaN })],
    [
      "a progress above 1",
      "out_of_range",
      (c) => c.task({ agent: "a", type: "t" }, (task: { progress(ratio: number): void }) => task.progress(5)),
    ],
    [
      "an outcome that there is not",
      "unknown_outcome",
      (c) => c.toolCall({ agent: "a", tool: "t" }, (call: { setOutcome(outcome: string): void }) => call.setOutcome("great")),
    ],
    [
      "skill parameters that contain themselves",
      "circular",
      (c) => c.skill({ agent: "a", skill: "s", params: circular }, () => 1),
    ],
  ];

  test.each(cases)("%s", async (_what, reason, act) => {
    const { crowsnest, recorder, told, settle, metric } = await startEmbedded();
    expect(() => act(untyped(crowsnest))).not.toThrow();
    expect(await metric(dropped(reason))).toBe(1);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/^crowsnest: \S.*/);
    expect(told[0]).not.toMatch(/\n|at .*:\d+:\d+/);
    await crowsnest.handoff({ from: "scribe", to: "critic" }, () => "still works");
    await settle();
    expect(recorder.of("handoff_completed").at(-1)?.data).toMatchObject({ toAgent: "critic", outcome: "success" });
    for (const event of recorder.events) expect("event" in parseEvent(JSON.parse(JSON.stringify(event)))).toBe(true);
  });
});

test("the same mistake a thousand times is counted a thousand times and told once", async () => {
  const { crowsnest, told, metric } = await startEmbedded();
  for (let time = 0; time < 1_000; time += 1) untyped(crowsnest).emit({ type: "lunch_eaten", data: {} });
  expect(await metric(dropped("unknown_type"))).toBe(1_000);
  expect(told).toHaveLength(1);
});

test("work whose options cannot be read is done all the same, with a handle that takes every call", async () => {
  const { crowsnest } = await startEmbedded();
  const options = {
    get agent(): string {
      throw new Error("boo");
    },
    type: "approval",
  };
  const chosen = await crowsnest.decision(options, async (decision) => decision.choose("approve", { confidence: 0.9 }));
  expect(chosen).toBe("approve");
});

test("an over-long text is cut, an over-long name is too, and the event is kept", async () => {
  const { crowsnest, recorder, settle } = await startEmbedded();
  await crowsnest.handoff({ from: "s".repeat(5_000), to: "critic", reason: "r".repeat(1_000_000) }, async () => undefined);
  await settle();
  expect(recorder.of("handoff_completed")[0]?.data.fromAgent).toHaveLength(200);
  expect(recorder.of("handoff_completed")[0]?.data.reason).toHaveLength(2_000);
});

test("a log that throws does not reach the host", async () => {
  const { crowsnest } = await startEmbedded({
    log: () => {
      throw new Error("disk full");
    },
  });
  expect(untyped(crowsnest).emit({ type: "lunch_eaten" })).toBe(false);
});
