import { describe, expect, test } from "vitest";
import { parseEvent } from "../../../src/events/validate.ts";
import { readShape } from "../../../src/integrations/shapes/read-shape.ts";
import { readTime } from "../../../src/integrations/shapes/time.ts";

const NOON = Date.UTC(2026, 2, 1, 12);
const defaults = { source: "unknown", nowUnixMillis: NOON };

/** Reads a shape and holds it to the vocabulary. */
function read(value: unknown) {
  const parsed = parseEvent(readShape(value, defaults));
  if ("problems" in parsed) throw new Error(JSON.stringify(parsed.problems));
  return parsed.event;
}

describe("native events", () => {
  test("are left as they are, with id, time and source filled in where they are missing", () => {
    expect(read({ type: "agent_heartbeat", agent: "scribe", data: {} })).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      timeUnixMillis: NOON,
      source: "unknown",
      agent: "scribe",
    });
    const whole = { id: "E-1", type: "agent_heartbeat", timeUnixMillis: NOON - 5, source: "py", agent: "scribe", data: {} };
    expect(read(whole)).toEqual(whole);
  });

  test.each([null, 7, "text", [1]])("what is no object is left for validation to name: %j", (value) => {
    expect(readShape(value, defaults)).toBe(value);
  });
});

describe("{event_type, timestamp, payload}", () => {
  test("task_queued", () => {
    const event = read({
      event_type: "task_queued",
      timestamp: NOON / 1_000 - 60,
      payload: { task_id: "t_1", feature: "checkout", est_cost: 0.45, timestamp: 1 },
    });
    expect(event).toMatchObject({
      type: "task_queued",
      timeUnixMillis: NOON - 60_000,
      taskId: "t_1",
      attributes: { feature: "checkout" },
      data: { taskType: "task", estimateUsd: 0.45 },
    });
  });

  test("agent_started and agent_completed", () => {
    const payload = { agent: "scribe", task_id: "t_1", model: "claude-sonnet-4.5", tools: ["read", "write"] };
    expect(read({ event_type: "agent_started", timestamp: NOON / 1_000, payload })).toMatchObject({
      agent: "scribe",
      taskId: "t_1",
      data: { model: "claude-sonnet-4.5", tools: ["read", "write"] },
    });
    const done = { agent: "scribe", task_id: "t_1", status: "success", duration_ms: 2_500, cost_usd: 0.12 };
    expect(read({ event_type: "agent_completed", timestamp: NOON / 1_000, payload: done }).data).toEqual({
      outcome: "success",
      durationSeconds: 2.5,
      costUsd: 0.12,
    });
    const rejected = { agent: "critic", status: "rejected", duration_ms: 10 };
    expect(read({ event_type: "agent_completed", timestamp: 1_729_012_421.567, payload: rejected })).toMatchObject({
      timeUnixMillis: 1_729_012_421_567,
      data: { outcome: "failure" },
    });
  });

  test("validation_complete", () => {
    const payload = { task_id: "t_1", result: "passed", cost: 0.02, duration_ms: 900, screenshots: 3 };
    expect(read({ event_type: "validation_complete", timestamp: NOON / 1_000, payload })).toMatchObject({
      type: "validation_completed",
      data: { outcome: "passed", costUsd: 0.02, durationSeconds: 0.9, screenshots: 3 },
    });
  });

  test("hitl_escalated, and both budget events", () => {
    const payload = { task_id: "t_1", attempts: 2, last_error: "no button", priority: "high" };
    expect(read({ event_type: "hitl_escalated", timestamp: NOON / 1_000, payload }).data).toEqual({
      priority: "high",
      attempts: 2,
      lastError: "no button",
    });
    expect(
      read({ event_type: "budget_warning", timestamp: NOON / 1_000, payload: { current_spend: 8, limit: 10 } }).data,
    ).toEqual({
      kind: "day",
      limitUsd: 10,
      spentUsd: 8,
    });
    expect(read({ event_type: "budget_exceeded", timestamp: NOON / 1_000, payload: { spent: 11 } }).data).toMatchObject({
      spentUsd: 11,
    });
  });
});

describe("{event_type, event_data, metadata, timestamp}", () => {
  test("task_assigned of an observatory: its agent_id is the agent's name, its metadata is kept", () => {
    const event = read({
      event_type: "task_assigned",
      event_data: { task_id: "T-1", agent_id: "agent-1" },
      metadata: { priority: "high" },
      timestamp: "2026-03-01T11:59:00+00:00",
    });
    expect(event).toMatchObject({
      type: "task_assigned",
      timeUnixMillis: NOON - 60_000,
      agent: "agent-1",
      taskId: "T-1",
      attributes: { priority: "high" },
    });
  });

  test("task_progress in per cent", () => {
    const event = read({
      event_type: "task_progress",
      event_data: { task_id: "T-1", agent_id: "a", progress: 75 },
      timestamp: NOON,
    });
    expect(event).toMatchObject({ type: "task_progressed", data: { progressRatio: 0.75 } });
  });
});

describe("research events", () => {
  const around = {
    event_id: "R-1",
    timestamp: "2026-03-01T12:00:00Z",
    session_id: "S-1",
    agent_id: "agent-1",
    task_id: "T-1",
    feature_id: null,
  };

  test.each([
    [
      "agent_coordination",
      {
        coordination_type: "parallel",
        agent_ids: ["a", "b"],
        agent_count: 2,
        tasks_involved: ["T-1"],
        task_count: 1,
        metadata: {},
      },
      "agents_coordinated",
      { pattern: "parallel", agents: ["a", "b"], tasks: ["T-1"] },
    ],
    [
      "decision_point",
      {
        decision_type: "approach",
        options_considered: ["REST", "RPC"],
        choice_made: "REST",
        reasoning: "simple",
        confidence: 0.8,
      },
      "decision_made",
      { decisionType: "approach", options: ["REST", "RPC"], choice: "REST", reasoning: "simple", confidenceRatio: 0.8 },
    ],
    [
      "task_assignment",
      { assignment_reason: "skilled", agent_workload: 2, alternative_agents: ["b"], alternative_count: 1 },
      "task_assigned",
      { taskType: "task", reason: "skilled", workload: 2, alternatives: ["b"] },
    ],
    [
      "performance_metric",
      { metric_name: "task_completion_time", metric_value: 12.5, metric_unit: "seconds", context: { agent_id: "a" } },
      "measurement_recorded",
      { name: "task_completion_time", value: 12.5, unit: "seconds" },
    ],
    [
      "failure_event",
      { failure_type: "timeout", component: "db", error_message: "slow", recovery_attempted: true, recovery_successful: false },
      "failure_recorded",
      { failureType: "timeout", component: "db", errorMessage: "slow", recoveryAttempted: true, recoverySuccessful: false },
    ],
  ])("%s", (name, event_data, type, data) => {
    const event = read({ ...around, event_type: name, event_data });
    expect(event).toMatchObject({ id: "R-1", type, sessionId: "S-1", taskId: "T-1", timeUnixMillis: NOON });
    expect(event.data).toEqual(data);
  });
});

describe("journey milestones", () => {
  const milestone = {
    milestone_id: "M-1",
    session_id: "S-1",
    milestone_name: "Project made",
    milestone_type: "project_creation",
  };

  test.each([
    ["started", "milestone_started"],
    ["completed", "milestone_completed"],
    ["failed", "milestone_failed"],
  ])("that %s", (status, type) => {
    const event = read({
      ...milestone,
      status,
      timestamp: "2026-03-01T12:00:00Z",
      duration_seconds: 3.5,
      metadata: { tasks: 4 },
    });
    expect(event).toMatchObject({
      type,
      sessionId: "S-1",
      attributes: { tasks: 4 },
      data: { milestoneType: "project_creation", name: "Project made", milestoneId: "M-1" },
    });
  });
});

describe("CloudEvents", () => {
  test("give id, source, type and time, and their data in either spelling", () => {
    const event = read({
      specversion: "1.0",
      id: "C-1",
      source: "checkout",
      type: "io.crowsnest.handoff_completed",
      time: "2026-03-01T12:00:00Z",
      taskid: "T-1",
      datacontenttype: "application/json",
      data: { from_agent: "scribe", toAgent: "critic", outcome: "success", durationSeconds: 0.2 },
    });
    expect(event).toEqual({
      id: "C-1",
      type: "handoff_completed",
      timeUnixMillis: NOON,
      source: "checkout",
      taskId: "T-1",
      data: { fromAgent: "scribe", toAgent: "critic", outcome: "success", durationSeconds: 0.2 },
    });
  });
});

describe("hostile shapes", () => {
  test.each([
    { event_type: "task_queued", payload: JSON.parse('{"__proto__": {"polluted": true}, "task_id": "t"}') },
    { event_type: "task_queued", payload: { constructor: "x", toString: 1, task_id: "t" } },
    { event_type: "agent_completed", payload: { agent: "a", status: "constructor" } },
    { event_type: "__proto__", payload: {} },
    { specversion: "1.0", type: "constructor" },
    { milestone_type: "x", status: "hasOwnProperty" },
  ])("neither throw nor reach a prototype: %j", (value) => {
    expect(() => parseEvent(readShape(value, defaults))).not.toThrow();
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test("an unknown type is named as it was sent", () => {
    expect(parseEvent(readShape({ event_type: "lunch_eaten", payload: {} }, defaults))).toMatchObject({ reason: "unknown_type" });
  });
});

test.each([
  [1_772_366_400, NOON],
  [1_772_366_400_000, NOON],
  [1_772_366_400_000_000, NOON],
  [1_772_366_400_000_000_000, NOON],
  ["2026-03-01T12:00:00Z", NOON],
  ["1772366400", NOON],
  ["soon", undefined],
  [-1, undefined],
  [null, undefined],
])("%j is the moment %j", (value, moment) => {
  expect(readTime(value)).toBe(moment);
});

describe("what a model or a tool was given and gave back", () => {
  const tool = (payload: object) =>
    read({ event_type: "tool_called", payload: { agent_id: "a", tool: "t", duration: 1, ...payload } }).data;

  test("is text, and JSON where it was none", () => {
    expect(tool({ arguments: { path: "a.ts" }, result: ["ok"], success: true })).toMatchObject({
      arguments: '{"path":"a.ts"}',
      result: '["ok"]',
      outcome: "success",
    });
  });

  test("says how the call ended where it is a word for that and nothing else does", () => {
    expect(tool({ result: "failed" })).toEqual({ tool: "t", durationSeconds: 1, outcome: "failure" });
    expect(tool({ result: "done", outcome: "failure" })).toMatchObject({ outcome: "failure", result: "done" });
  });
});
