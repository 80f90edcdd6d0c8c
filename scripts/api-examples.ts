import type { EventInput, StoredEvent } from "../src/events/types.ts";
import { parseEvent } from "../src/events/validate.ts";
import type { ApiContext, Endpoint } from "../src/server/api/endpoint.ts";
import { views } from "../src/views/index.ts";
import { ViewSet } from "../src/views/view-set.ts";

/** When the examples are asked for; what is told happened in the minute before. */
const NOW = Date.UTC(2026, 10, 20, 12);

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

/** Ids that stand in paths. */
const params = { id: "run-1", run: "run-1" };

/** What an endpoint answers about a small fleet; undefined where that has to be waited for, or where there is nothing. */
export function exampleOf(endpoint: Endpoint): unknown {
  try {
    const answer = endpoint.handle({ params, query: endpoint.query.parse({}) }, context);
    if (!(answer instanceof Promise)) return shortened(answer);
    answer.catch(() => undefined);
  } catch {
    // It asks for something that the small fleet has not.
  }
  return undefined;
}

const set = new ViewSet(views, (view, error) => {
  throw new Error(`the view ${view} does not take an example`, { cause: error });
});
for (const [index, input] of told.entries()) set.apply(stored(input, index));

const context: ApiContext = {
  views: { read: (name: never, query: never) => set.read(name, query, NOW) } as unknown as ApiContext["views"],
  query: () => Promise.resolve({ events: [] }),
  lastEventUnixMillis: () => NOW,
};

function stored(input: EventInput, index: number): StoredEvent {
  const timeUnixMillis = NOW - (told.length - index) * 3_000;
  const parsed = parseEvent({ id: `event-${index + 1}`, source: "shop", timeUnixMillis, ...input });
  if (!("event" in parsed)) throw new Error(`an example is no event: ${JSON.stringify(parsed.problems)}`);
  return { ...parsed.event, seq: index + 1, receivedUnixMillis: timeUnixMillis };
}

/** With one item of each list. */
function shortened(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shortened);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shortened(inner)]));
}
