import { randomUUID } from "node:crypto";

/** Bodies of so many events each, as a team of agents makes them: no two alike in their ids. */
export function eventBodies(bodies: number, eventsEach: number): Buffer[] {
  return Array.from({ length: bodies }, () =>
    Buffer.from(JSON.stringify(Array.from({ length: eventsEach }, (_, index) => event(index)))),
  );
}

function event(index: number): object {
  const envelope = {
    id: randomUUID(),
    timeUnixMillis: Date.now(),
    source: "bench",
    agent: `agent-${index % 10}`,
    sessionId: `session-${index % 7}`,
    workflowId: `workflow-${index % 5}`,
    taskId: `task-${index}`,
    traceId: randomUUID().replaceAll("-", ""),
    spanId: randomUUID().replaceAll("-", "").slice(16),
  };
  return { ...envelope, ...kinds[index % kinds.length] };
}

/** What a team tells most often. */
const kinds = [
  { type: "handoff_completed", data: { fromAgent: "scribe", toAgent: "critic", outcome: "success", durationSeconds: 1.5 } },
  {
    type: "task_assigned",
    data: { taskType: "write_test", reason: "knows the module best", alternatives: ["scribe", "critic"] },
  },
  { type: "task_completed", data: { taskType: "write_test", durationSeconds: 12.25, retries: 1 } },
  {
    type: "decision_made",
    data: { decisionType: "approval", options: ["approve", "reject"], choice: "approve", confidenceRatio: 0.9 },
  },
  {
    type: "model_called",
    data: {
      provider: "openai",
      model: "gpt-5",
      outcome: "success",
      durationSeconds: 2.5,
      inputTokens: 4_200,
      outputTokens: 300,
      cacheReadTokens: 3_000,
      costUsd: 0.012,
    },
  },
  { type: "tool_called", data: { tool: "read_file", outcome: "success", durationSeconds: 0.02 } },
  { type: "context_updated", data: { tokens: 8_200, limitTokens: 200_000 } },
];
