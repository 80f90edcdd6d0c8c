import type { EventInput, EventType } from "../../src/events/types.ts";

type InputOf<T extends EventType> = Extract<EventInput, { type: T }>;
type DataOf<T extends EventType> = InputOf<T>["data"];
type Ids = Omit<InputOf<"project_created">, "type" | "data">;

/** One event type: with only what it needs, and with everything that it may say. */
export interface Example<Input extends EventInput = EventInput> {
  readonly minimal: Input;
  readonly full: Input;
}

/** Everything that an envelope may carry beside id, time and source. */
export const fullIds = {
  agent: "scribe",
  agentId: "scribe-7f3a",
  sessionId: "session-1",
  workflowId: "run-1",
  taskId: "T-1",
  featureId: "F-1",
  projectId: "P-1",
  operationId: "operation-1",
  traceId: "0af7651916cd43dd8448eb211c80319c",
  spanId: "b7ad6b7169203331",
  attributes: { "deployment.environment": "test", attempt: 2, cached: false },
} as const satisfies Ids;

const agent = { agent: "scribe" };
const task = { taskId: "T-1" };
const run = { workflowId: "run-1" };

const resources = { cpuSeconds: 0.4, peakRssBytes: 73_400_320 };
const trouble = { errorType: "TimeoutError", errorMessage: "No answer within 30 s" };
const alert = { alert: "CrowsnestAgentSilent" };
const fullAlert = {
  ...alert,
  severity: "critical",
  summary: "scribe has been silent for 10 minutes",
  fingerprint: "c0ffee",
  startsAtUnixMillis: Date.UTC(2026, 2, 4, 11, 50),
} as const;

/** One entry per event type; the vocabulary's own table is not complete without one here. */
export const examples: { readonly [T in EventType]: Example<InputOf<T>> } = {
  project_created: example(
    "project_created",
    { projectId: "P-1" },
    { name: "shop" },
    { status: "active", description: "A shop" },
  ),
  feature_created: example(
    "feature_created",
    { featureId: "F-1" },
    { name: "checkout" },
    { status: "open", description: "Paying" },
  ),

  agent_registered: example(
    "agent_registered",
    agent,
    {},
    { role: "writer", model: "gpt-5", skills: ["testing"], tools: ["edit"] },
  ),
  agent_started: example("agent_started", agent, {}, { role: "writer", model: "gpt-5", tools: ["edit"] }),
  agent_completed: example(
    "agent_completed",
    agent,
    { outcome: "success", durationSeconds: 12 },
    { outcome: "timeout", ...resources, costUsd: 0.2, ...trouble },
  ),
  agent_heartbeat: example("agent_heartbeat", agent, {}, { status: "busy" }),
  process_heartbeat: example("process_heartbeat", {}, {}, {}),

  handoff_started: example(
    "handoff_started",
    {},
    { fromAgent: "scribe", toAgent: "critic" },
    { reason: "Tests are written", inferred: true },
  ),
  handoff_completed: example(
    "handoff_completed",
    {},
    { fromAgent: "scribe", toAgent: "critic", outcome: "success", durationSeconds: 0.2 },
    { outcome: "failure", reason: "Tests are written", inferred: true, ...resources, ...trouble },
  ),

  decision_made: example(
    "decision_made",
    agent,
    { decisionType: "approval" },
    {
      options: ["approve", "reject"],
      choice: "approve",
      confidenceRatio: 0.9,
      reasoning: "All assertions name a behaviour",
      outcome: "success",
      durationSeconds: 0.7,
      ...resources,
    },
  ),
  agents_coordinated: example("agents_coordinated", {}, { pattern: "debate", agents: ["scribe", "critic"] }, { tasks: ["T-1"] }),

  task_queued: example(
    "task_queued",
    task,
    { taskType: "write_test" },
    { name: "Test the basket", priority: "high", dependsOn: ["T-0"], estimateSeconds: 60, estimateUsd: 0.45 },
  ),
  task_assigned: example(
    "task_assigned",
    { ...task, ...agent },
    { taskType: "write_test" },
    {
      name: "Test the basket",
      reason: "least busy",
      workload: 1,
      alternatives: ["critic"],
      queueDurationSeconds: 4,
      durationSeconds: 0.01,
    },
  ),
  task_progressed: example(
    "task_progressed",
    task,
    {},
    { taskType: "write_test", progressRatio: 0.5, step: "assert", message: "Halfway", attempt: 2 },
  ),
  task_completed: example(
    "task_completed",
    task,
    { taskType: "write_test", durationSeconds: 30 },
    { ...resources, retries: 2, costUsd: 0.3 },
  ),
  task_failed: example(
    "task_failed",
    task,
    { taskType: "write_test", durationSeconds: 30 },
    { outcome: "timeout", ...resources, retries: 2, costUsd: 0.3, ...trouble },
  ),

  workflow_started: example("workflow_started", run, { name: "checkout" }, {}),
  workflow_completed: example(
    "workflow_completed",
    run,
    { name: "checkout", durationSeconds: 90 },
    { ...resources, costUsd: 1.2 },
  ),
  workflow_failed: example(
    "workflow_failed",
    run,
    { name: "checkout", durationSeconds: 90 },
    { outcome: "cancelled", ...resources, costUsd: 1.2, ...trouble },
  ),
  step_progressed: example(
    "step_progressed",
    {},
    { step: "collect" },
    {
      runId: "run-1",
      status: "completed",
      stepIndex: 2,
      stepCount: 5,
      progressRatio: 0.4,
      durationSeconds: 3,
      ...resources,
      message: "Two of five",
    },
  ),

  model_called: example(
    "model_called",
    agent,
    { provider: "openai", model: "gpt-5", outcome: "success", durationSeconds: 1.5 },
    {
      tier: "standard",
      ...resources,
      timeToFirstTokenSeconds: 0.3,
      inputTokens: 1_000,
      outputTokens: 300,
      cacheReadTokens: 600,
      cacheWriteTokens: 100,
      reasoningTokens: 120,
      costUsd: 0.04,
      costIsEstimated: true,
      finishReason: "stop",
      input: "user: Write a test for the parser.",
      output: "Here it is.",
      ...trouble,
    },
  ),
  usage_reported: example(
    "usage_reported",
    agent,
    { provider: "openai", model: "gpt-5" },
    { inputTokens: 1_200, outputTokens: 80, cacheReadTokens: 1_000, cacheWriteTokens: 0, reasoningTokens: 20, costUsd: 0.4 },
  ),
  tool_called: example(
    "tool_called",
    agent,
    { tool: "edit", outcome: "success", durationSeconds: 0.02 },
    {
      toolType: "mcp",
      server: "files",
      callId: "call-1",
      argumentsHash: "9f86d081",
      arguments: '{"path":"a.ts"}',
      result: "edited",
      ...resources,
      ...trouble,
    },
  ),
  skill_invoked: example(
    "skill_invoked",
    {},
    { skill: "summarise", outcome: "success" },
    {
      durationSeconds: 0.8,
      ...resources,
      params: { words: 100, languages: ["en"] },
      result: { summary: "Short" },
      cacheHit: true,
      runId: "run-1",
      journey: "checkout",
      ...trouble,
    },
  ),

  context_updated: example(
    "context_updated",
    agent,
    { tokens: 8_200 },
    { items: 14, limitTokens: 10_000, provider: "openai", model: "gpt-5" },
  ),
  context_refreshed: example("context_refreshed", agent, { durationSeconds: 0.3 }, { tokens: 2_000, items: 3 }),
  context_compacted: example(
    "context_compacted",
    agent,
    { tokensBefore: 8_200, tokensAfter: 2_000 },
    { itemsAfter: 3, durationSeconds: 2.5 },
  ),

  validation_completed: example(
    "validation_completed",
    {},
    { outcome: "failed" },
    { name: "unit tests", durationSeconds: 9, ...resources, costUsd: 0.01, screenshots: 2, findings: ["One test fails"] },
  ),
  review_completed: example(
    "review_completed",
    {},
    { outcome: "rejected" },
    { subject: "basket.test.ts", reasons: ["Asserts nothing"], durationSeconds: 4 },
  ),
  hitl_escalated: example(
    "hitl_escalated",
    {},
    { priority: "high" },
    { reason: "Two fixes failed", attempts: 2, lastError: "expected 3, got 4" },
  ),

  budget_set: example("budget_set", {}, { kind: "day", limitUsd: 10 }, { kind: "agent", name: "scribe" }),
  budget_warning: example("budget_warning", {}, { kind: "day", limitUsd: 10, spentUsd: 8 }, { kind: "agent", name: "scribe" }),
  budget_exceeded: example("budget_exceeded", {}, { kind: "day", limitUsd: 10, spentUsd: 10 }, { kind: "agent", name: "scribe" }),

  safety_blocked: example("safety_blocked", {}, { policy: "no-secrets" }, { reason: "Looks like a key", action: "send_mail" }),

  error_raised: example(
    "error_raised",
    {},
    { errorType: "TypeError" },
    { errorMessage: "x is not a function", component: "runner" },
  ),
  failure_recorded: example(
    "failure_recorded",
    {},
    { failureType: "disconnect", component: "browser", recoveryAttempted: false },
    { errorMessage: "Socket closed", recoveryAttempted: true, recoverySuccessful: true },
  ),

  milestone_started: example("milestone_started", {}, { milestoneType: "purchase" }, { name: "First order", milestoneId: "M-1" }),
  milestone_completed: example(
    "milestone_completed",
    {},
    { milestoneType: "purchase", durationSeconds: 40 },
    { name: "First order", milestoneId: "M-1", ...resources },
  ),
  milestone_failed: example(
    "milestone_failed",
    {},
    { milestoneType: "purchase", durationSeconds: 40 },
    { name: "First order", milestoneId: "M-1", ...resources, outcome: "abandoned", ...trouble },
  ),
  journey_executed: example(
    "journey_executed",
    {},
    { journey: "sign-up", outcome: "success", durationSeconds: 70 },
    { ...resources, runId: "run-1", ...trouble },
  ),

  state_saved: example("state_saved", {}, { sizeBytes: 4_096 }, { durationSeconds: 0.01, store: "disk" }),
  state_loaded: example("state_loaded", {}, { durationSeconds: 0.02 }, { sizeBytes: 4_096, store: "disk" }),

  measurement_recorded: example("measurement_recorded", {}, { name: "temperature", value: -3.5, unit: "celsius" }, {}),

  phase_started: example("phase_started", {}, { phase: "build" }, { objectives: ["All tests pass"], plannedTasks: 12 }),
  phase_completed: example("phase_completed", {}, { phase: "build" }, { outcome: "success", summary: "All tests pass" }),

  alert_fired: example("alert_fired", {}, alert, fullAlert),
  alert_resolved: example("alert_resolved", {}, alert, fullAlert),
};

/** Every example as a list, for table tests. */
export const exampleList: readonly Example[] = Object.values(examples);

function example<T extends EventType>(type: T, ids: Ids, least: DataOf<T>, more: Partial<DataOf<T>>): Example<InputOf<T>> {
  const minimal = { type, ...ids, data: least };
  const full = { type, ...fullIds, data: { ...least, ...more } };
  return { minimal, full } as unknown as Example<InputOf<T>>;
}
