import { randomUUID } from "node:crypto";
import type { AgentEvent, EventInput } from "../../src/events/types.ts";
import { randomFrom } from "../../test/support/fleet-traffic.ts";

/** Runs of workflows that go on at the same time. */
const RUNS_AT_ONCE = 40;
const AGENTS = 60;
const TASKS_PER_RUN = 4;
const SERVICES = ["shop", "support", "search"];
const MODELS = [
  ["openai", "gpt-5"],
  ["anthropic", "claude-sonnet-4-5"],
  ["google", "gemini-2.5-pro"],
] as const;
const SKILLS = Array.from({ length: 20 }, (_, index) => `skill-${index}`);
const MINUTE_MILLIS = 60_000;
const WEEK_MILLIS = 7 * 24 * 60 * MINUTE_MILLIS;

type Told = EventInput & { readonly source: string };

/** The log of a fleet at work for a week until now: runs of workflows with all that happens in them, side by side. */
export function* fleetLog(events: number, endUnixMillis: number): Generator<AgentEvent> {
  const random = randomFrom(7);
  let started = 0;
  const runs = Array.from({ length: RUNS_AT_ONCE }, () => runOf(started++, random));
  for (let index = 0; index < events; index += 1) {
    const timeUnixMillis = Math.floor(endUnixMillis - WEEK_MILLIS * (1 - (index + 1) / events));
    const place = Math.floor(random() * RUNS_AT_ONCE);
    let next = runs[place]?.next();
    if (next === undefined || next.done === true) {
      const run = runOf(started++, random);
      runs[place] = run;
      next = run.next();
    }
    yield { id: randomUUID(), timeUnixMillis, ...next.value } as AgentEvent;
  }
}

/** One run: tasks that are queued, assigned, worked on by an agent with models and tools, handed on, checked and ended. */
function* runOf(index: number, random: () => number): Generator<Told, undefined> {
  const pick = <Value>(values: readonly Value[]): Value => values[Math.floor(random() * values.length)] as Value;
  const agent = () => `agent-${Math.floor(random() * AGENTS)}`;
  const ids = {
    source: pick(SERVICES),
    workflowId: `run-${index}`,
    sessionId: `session-${index >> 2}`,
    featureId: `feature-${index >> 5}`,
    projectId: `project-${index >> 9}`,
    traceId: randomUUID().replaceAll("-", ""),
  };
  const seconds = (most: number) => Math.round(random() * most * 1_000) / 1_000;
  const name = pick(["checkout", "returns", "onboarding"]);
  if (index % 32 === 0) yield { ...ids, type: "feature_created", data: { name: ids.featureId, status: "open" } };
  yield { ...ids, type: "workflow_started", data: { name } };
  yield { ...ids, type: "milestone_started", operationId: `milestone-${index}`, data: { milestoneType: "order" } };
  for (let number = 0; number < TASKS_PER_RUN; number += 1) {
    const [taskId, worker, other] = [`task-${index}-${number}`, agent(), agent()];
    const work = { ...ids, taskId, agent: worker, spanId: randomUUID().slice(-12) };
    const taskType = pick(["write_test", "fix", "review", "plan"]);
    const dependsOn = number === 0 ? [] : [`task-${index}-${number - 1}`];
    yield { ...ids, taskId, type: "task_queued", data: { taskType, priority: "high", dependsOn } };
    yield { ...work, type: "task_assigned", data: { taskType, reason: "knows the module best", alternatives: [other] } };
    yield { ...work, type: "agent_started", operationId: taskId, data: { role: "writer", model: "gpt-5" } };
    for (let step = 0; step < 3; step += 1) {
      yield { ...work, type: "model_called", data: modelCall(pick(MODELS), random) };
      const failed = random() < 0.05;
      yield {
        ...work,
        type: "tool_called",
        data: {
          tool: pick(["read_file", "edit", "search"]),
          outcome: failed ? "failure" : "success",
          durationSeconds: seconds(1),
        },
      };
      yield { ...work, type: "context_updated", data: { tokens: Math.floor(random() * 100_000), limitTokens: 200_000 } };
    }
    yield { ...work, type: "task_progressed", data: { taskType, progressRatio: 0.5, step: "assert" } };
    yield {
      ...work,
      type: "decision_made",
      data: { decisionType: "approval", options: ["approve", "reject"], choice: "approve", confidenceRatio: random() },
    };
    const skill = { skill: pick(SKILLS), outcome: random() < 0.9 ? "success" : "failure", cacheHit: random() < 0.5 } as const;
    yield { ...work, type: "skill_invoked", data: { ...skill, durationSeconds: seconds(5), runId: ids.workflowId } };
    if (random() < 0.1)
      yield { ...work, type: "error_raised", data: { errorType: "TimeoutError", errorMessage: `no answer in ${index} s` } };
    yield { ...work, type: "agent_completed", operationId: taskId, data: { outcome: "success", durationSeconds: seconds(20) } };
    yield {
      ...work,
      type: "task_completed",
      data: { taskType, durationSeconds: seconds(30), retries: Math.floor(random() * 3) },
    };
    const handoff = { fromAgent: worker, toAgent: other };
    yield { ...ids, type: "handoff_started", operationId: `handoff-${taskId}`, data: handoff };
    const ended = { outcome: "success", durationSeconds: seconds(2) } as const;
    yield { ...ids, type: "handoff_completed", operationId: `handoff-${taskId}`, data: { ...handoff, ...ended } };
    yield { ...ids, type: "review_completed", data: { outcome: random() < 0.8 ? "approved" : "rejected" } };
  }
  yield { ...ids, type: "validation_completed", data: { outcome: "passed", durationSeconds: seconds(9) } };
  yield {
    ...ids,
    type: "milestone_completed",
    operationId: `milestone-${index}`,
    data: { milestoneType: "order", durationSeconds: seconds(300) },
  };
  yield { ...ids, type: "journey_executed", data: { journey: name, outcome: "success", durationSeconds: seconds(200) } };
  yield { ...ids, type: "workflow_completed", data: { name, durationSeconds: seconds(300) } };
}

function modelCall([provider, model]: (typeof MODELS)[number], random: () => number) {
  const inputTokens = Math.floor(random() * 9_000);
  return {
    provider,
    model,
    outcome: random() < 0.97 ? ("success" as const) : ("timeout" as const),
    durationSeconds: Math.round(random() * 5_000) / 1_000,
    timeToFirstTokenSeconds: Math.round(random() * 500) / 1_000,
    inputTokens,
    outputTokens: Math.floor(random() * 900),
    cacheReadTokens: Math.floor(inputTokens / 2),
    costUsd: Math.round(random() * 10_000) / 1_000_000,
  };
}
