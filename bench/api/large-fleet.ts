import { randomUUID } from "node:crypto";
import type { EventInput, StoredEvent } from "../../src/events/types.ts";
import { randomFrom } from "../../test/support/fleet-traffic.ts";

/** How much there is of everything; about as much as views keep. */
const AGENTS = 5_000;
const OPEN_TASKS = 20_000;
const ENDED_TASKS_PER_AGENT = 2;
const PROVIDERS = 5;
const MODELS = 500;
const SKILLS = 50;
const JOURNEYS = 50;
const RUNS = 500;
const PROJECTS = 100;
const FEATURES = 2_000;
const BUDGETS = 200;
const MINUTE_MILLIS = 60_000;
const HOUR_MILLIS = 60 * MINUTE_MILLIS;
const DAYS = 30;
/** How far apart the calls of one model are: within the last day, and before. */
const BUSY_MILLIS = 10 * MINUTE_MILLIS;
const CALM_MILLIS = HOUR_MILLIS;

type Told = EventInput & { readonly source: string };

/** A month of a fleet that is as large as views can hold, in the order of time until now: what the longest answers are made of. */
export function* largeFleet(nowUnixMillis: number): Generator<StoredEvent> {
  const random = randomFrom(11);
  let seq = 0;
  const stored = (timeUnixMillis: number, told: Told): StoredEvent => {
    seq += 1;
    return { id: randomUUID(), timeUnixMillis, receivedUnixMillis: timeUnixMillis, seq, ...told } as StoredEvent;
  };
  for (const told of plans()) yield stored(nowUnixMillis - DAYS * 24 * HOUR_MILLIS, told);
  const dayAgo = nowUnixMillis - 24 * HOUR_MILLIS;
  for (let at = nowUnixMillis - DAYS * 24 * HOUR_MILLIS; at < nowUnixMillis; at += at < dayAgo ? CALM_MILLIS : BUSY_MILLIS) {
    for (const told of usage(at / BUSY_MILLIS, random)) yield stored(Math.floor(at), told);
  }
  let passed = 0;
  for (const told of work(random)) {
    passed += 1;
    yield stored(nowUnixMillis - MINUTE_MILLIS + Math.floor(passed / 10), told);
  }
}

function* plans(): Generator<Told> {
  const source = "shop";
  for (let index = 0; index < PROJECTS; index += 1) {
    yield { source, projectId: `project-${index}`, type: "project_created", data: { name: `Project ${index}`, status: "open" } };
  }
  for (let index = 0; index < FEATURES; index += 1) {
    const ids = { featureId: `feature-${index}`, projectId: `project-${index % PROJECTS}` };
    yield { source, ...ids, type: "feature_created", data: { name: `Feature ${index}`, status: "open" } };
  }
  for (let index = 0; index < BUDGETS; index += 1) {
    yield { source, type: "budget_set", data: { kind: "agent", name: `agent-${index}`, limitUsd: 100 } };
  }
}

/** A call of every model, and some use of every skill and journey. */
function* usage(turn: number, random: () => number): Generator<Told> {
  const source = "shop";
  const seconds = (usual: number) => usual * Math.exp(2 * random());
  for (let index = 0; index < MODELS; index += 1) {
    const failed = random() < 0.05;
    yield {
      source,
      agent: `agent-${index % 200}`,
      type: "model_called",
      data: {
        provider: `provider-${index % PROVIDERS}`,
        model: `model-${index}`,
        outcome: failed ? "failure" : "success",
        durationSeconds: seconds(0.5),
        timeToFirstTokenSeconds: seconds(0.1),
        inputTokens: Math.floor(random() * 9_000),
        outputTokens: Math.floor(random() * 900),
        costUsd: random() / 100,
        ...(failed ? { errorType: "Overloaded", errorMessage: `${words(index + turn)} is overloaded` } : {}),
      },
    };
  }
  for (let index = 0; index < SKILLS + JOURNEYS; index += 1) {
    const failed = random() < 0.3;
    const ended = {
      outcome: failed ? ("failure" as const) : ("success" as const),
      durationSeconds: seconds(2),
      ...(failed ? { errorType: "Refused", errorMessage: `${words(index * 7 + turn)} was refused` } : {}),
    };
    const journey = `journey-${(index + Math.floor(turn)) % JOURNEYS}`;
    const run = { runId: `run-${Math.floor(turn) % RUNS}`, journey };
    yield index < SKILLS
      ? { source, type: "skill_invoked", data: { skill: `skill-${index}`, cacheHit: random() < 0.5, ...run, ...ended } }
      : { source, type: "journey_executed", data: { journey: `journey-${index - SKILLS}`, ...ended } };
  }
}

/** Agents with a history, and more tasks than they get done. */
function* work(random: () => number): Generator<Told> {
  const source = "shop";
  for (let index = 0; index < AGENTS; index += 1) {
    const agent = `agent-${index}`;
    yield { source, agent, type: "agent_registered", data: { role: "writer", skills: ["write", "review"], model: "model-1" } };
    for (let number = 0; number < ENDED_TASKS_PER_AGENT; number += 1) {
      const data = { taskType: "write_test", durationSeconds: 60 * random() };
      yield { source, agent, taskId: `done-${index}-${number}`, type: "task_completed", data };
    }
  }
  for (let index = 0; index < OPEN_TASKS; index += 1) {
    const taskId = `task-${index}`;
    const ids = { source, taskId, featureId: `feature-${index % FEATURES}`, projectId: `project-${index % PROJECTS}` };
    const workflowId = `run-${index % RUNS}`;
    if (index < RUNS) yield { source, workflowId, type: "workflow_started", data: { name: "checkout" } };
    const dependsOn = index < RUNS ? [] : [`task-${index - RUNS}`];
    yield { ...ids, workflowId, type: "task_queued", data: { taskType: "write_test", priority: "high", dependsOn } };
    const agent = `agent-${index % AGENTS}`;
    const why = { reason: "knows the module best", alternatives: [`agent-${(index + 1) % AGENTS}`] };
    yield { ...ids, workflowId, agent, type: "task_assigned", data: { taskType: "write_test", ...why } };
    yield { ...ids, workflowId, agent, type: "task_progressed", data: { taskType: "write_test", progressRatio: random() } };
  }
}

/** Letters, so that messages with different numbers are not failures that are alike. */
function words(number: number): string {
  return ["search", "basket", "payment", "stock", "address", "voucher", "login", "review", "print", "refund", "return", "gift"][
    Math.abs(Math.floor(number)) % 12
  ] as string;
}
