import type { EventInput, StoredEvent } from "../../../events/types.ts";
import { parseEvent } from "../../../events/validate.ts";
import { views } from "../../../views/index.ts";
import { ViewSet } from "../../../views/view-set.ts";
import type { ApiContext, Endpoint } from "../endpoint.ts";
import type { Examples } from "./operation.ts";

/** When the examples are asked for; what is told happened in the minute before. */
const NOW = Date.UTC(2026, 10, 20, 12);

const SERVICE = "shop";
const scribe = { agent: "scribe", workflowId: "run-1", taskId: "T-1" } as const;
const told: readonly EventInput[] = [
  { type: "project_created", projectId: "P-1", data: { name: "shop" } },
  { type: "feature_created", projectId: "P-1", featureId: "F-1", data: { name: "checkout" } },
  { type: "agent_registered", agent: "scribe", data: { role: "writer", model: "gpt-5", skills: ["testing"] } },
  { type: "workflow_started", workflowId: "run-1", data: { name: "checkout" } },
  {
    type: "task_queued",
    workflowId: "run-1",
    taskId: "T-1",
    featureId: "F-1",
    data: { taskType: "write_test", priority: "high" },
  },
  { type: "task_assigned", ...scribe, data: { taskType: "write_test", reason: "least busy", alternatives: ["critic"] } },
  { type: "decision_made", ...scribe, data: { decisionType: "approval", choice: "approve", confidenceRatio: 0.9 } },
  {
    type: "model_called",
    ...scribe,
    data: { provider: "openai", model: "gpt-5", outcome: "success", durationSeconds: 1.5, inputTokens: 900, costUsd: 0.04 },
  },
  { type: "skill_invoked", ...scribe, data: { skill: "summarise", outcome: "success", durationSeconds: 0.8, cacheHit: true } },
  {
    type: "handoff_completed",
    ...scribe,
    data: { fromAgent: "scribe", toAgent: "critic", outcome: "success", durationSeconds: 2 },
  },
  { type: "validation_completed", ...scribe, data: { outcome: "passed", durationSeconds: 9 } },
  { type: "review_completed", ...scribe, data: { outcome: "approved" } },
  { type: "task_completed", ...scribe, data: { taskType: "write_test", durationSeconds: 30, costUsd: 0.04 } },
  {
    type: "step_progressed",
    workflowId: "run-1",
    data: { step: "write", runId: "run-1", status: "completed", progressRatio: 0.5 },
  },
  { type: "milestone_completed", data: { milestoneType: "purchase", durationSeconds: 40 } },
  { type: "journey_executed", data: { journey: "sign-up", outcome: "success", durationSeconds: 70 } },
  { type: "budget_set", data: { kind: "day", limitUsd: 10 } },
];

/**
 * What each endpoint answers about a small fleet, by its path, with one item of each list; those are left out that have nothing to tell
 * of it. Examples that are real answers are never out of date.
 */
export async function answerExamples(endpoints: readonly Endpoint[]): Promise<ReadonlyMap<string, unknown>> {
  const set = new ViewSet(views, (view, error) => {
    throw new Error(`the view ${view} does not take an example`, { cause: error });
  });
  const events = told.map(stored);
  for (const event of events) set.apply(event);
  const context: ApiContext = {
    views: { read: (name: never, query: never) => set.read(name, query, NOW) } as unknown as ApiContext["views"],
    query: () => Promise.resolve({ events: events.toReversed(), nextCursor: "bmV3ZXN0LWZpcnN0IDE1" }),
    lastEventUnixMillis: () => NOW,
  };
  const examples = new Map<string, unknown>();
  for (const endpoint of endpoints) {
    const example = await exampleOf(endpoint, context);
    if (example !== undefined) examples.set(endpoint.path, example);
  }
  return examples;
}

async function exampleOf(endpoint: Endpoint, context: ApiContext): Promise<unknown> {
  const id = endpoint.path.startsWith("/api/cato/agent") ? "shop/scribe" : "run-1";
  try {
    return shortened(await endpoint.handle({ params: { id, run: "run-1" }, query: endpoint.query.parse({}) }, context));
  } catch {
    // It asks for something that the small fleet has not.
    return undefined;
  }
}

/** Bodies for `POST /v1/events`, by the type of their content. */
export const sentExamples: Readonly<Record<"application/json" | "application/x-ndjson", Examples>> = {
  "application/json": {
    one: { summary: "One event; its id and its time are given to it.", value: sent("handoff_completed") },
    several: { summary: "Several.", value: [sent("task_assigned"), sent("task_completed")] },
    again: {
      summary: "With an id of its own it can be sent again, and counts once.",
      value: { id: "order-4711/write", timeUnixMillis: NOW, ...sent("task_completed") },
    },
    foreign: {
      summary: "As another system has it.",
      value: {
        event_type: "task_assignment",
        timestamp: NOW / 1_000,
        payload: { task_id: "T-1", agent_id: "scribe", task_type: "write_test", assignment_reason: "least busy" },
      },
    },
  },
  "application/x-ndjson": {
    lines: {
      summary: "An event a line.",
      value: [sent("task_assigned"), sent("task_completed")].map((event) => JSON.stringify(event)).join("\n"),
    },
  },
};

function sent(type: EventInput["type"]): object {
  return { source: SERVICE, ...told.find((event) => event.type === type) };
}

function stored(input: EventInput, index: number): StoredEvent {
  const timeUnixMillis = NOW - (told.length - index) * 3_000;
  const parsed = parseEvent({ id: `event-${index + 1}`, source: SERVICE, timeUnixMillis, ...input });
  if (!("event" in parsed)) throw new Error(`an example is no event: ${JSON.stringify(parsed.problems)}`);
  return { ...parsed.event, seq: index + 1, receivedUnixMillis: timeUnixMillis };
}

/** With one item of each list. */
function shortened(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shortened);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shortened(inner)]));
}
