import { z } from "zod";
import {
  budgetKinds,
  bytes,
  content,
  count,
  failureDetail,
  measured,
  name,
  names,
  outcome,
  outcomes,
  payload,
  priority,
  ratio,
  resourceUse,
  seconds,
  severity,
  text,
  texts,
  tokens,
  unixMillis,
  usd,
} from "./fields.ts";

/** What stands beside an event type's schema: a sentence for the reference, and the envelope fields it cannot do without. */
interface EventAbout {
  readonly summary: string;
  readonly needs: readonly ("agent" | "taskId" | "workflowId" | "projectId" | "featureId")[];
}

export const eventAbout = z.registry<EventAbout>();

function event<Shape extends z.ZodRawShape>(summary: string, needs: EventAbout["needs"], shape: Shape) {
  return z.strictObject(shape).register(eventAbout, { summary, needs });
}

const failedOutcome = z.enum(outcomes.filter((value) => value !== "success")).default("failure");
const timed = { durationSeconds: seconds, ...resourceUse };

const projects = {
  project_created: event("A project exists; features and tasks refer to it.", ["projectId"], {
    name,
    status: name.optional(),
    description: text.optional(),
  }),
  feature_created: event("A feature of a project exists; tasks refer to it.", ["featureId"], {
    name,
    status: name.optional(),
    description: text.optional(),
  }),
};

const agents = {
  agent_registered: event("An agent makes itself known, before it does anything.", ["agent"], {
    role: name.optional(),
    model: name.optional(),
    skills: names.optional(),
    tools: names.optional(),
  }),
  agent_started: event("An agent begins a run.", ["agent"], {
    role: name.optional(),
    model: name.optional(),
    tools: names.optional(),
  }),
  agent_completed: event("An agent's run ended, well or not.", ["agent"], {
    outcome,
    ...timed,
    costUsd: usd.optional(),
    ...failureDetail,
  }),
  agent_heartbeat: event("An agent says that it is alive, and whether it has work.", ["agent"], {
    status: z.enum(["idle", "busy"]).optional(),
  }),
  // Names no agent: it says nothing about the agents in it, any of which may hang.
  process_heartbeat: event(
    "A process that sends its events elsewhere is alive, has work open, and has nothing else to tell.",
    [],
    {},
  ),
};

const handoff = { fromAgent: name, toAgent: name, reason: text.optional(), inferred: z.boolean().optional() };
const handoffs = {
  handoff_started: event("An agent offers its work to another.", [], handoff),
  handoff_completed: event("The receiving agent answered, or did not.", [], {
    ...handoff,
    outcome,
    ...timed,
    ...failureDetail,
  }),
};

const decisions = {
  decision_made: event("An agent chose between options.", ["agent"], {
    decisionType: name,
    options: texts.optional(),
    choice: text.optional(),
    confidenceRatio: ratio.optional(),
    reasoning: text.optional(),
    outcome: outcome.optional(),
    durationSeconds: seconds.optional(),
    ...resourceUse,
  }),
  agents_coordinated: event("Several agents worked together in a recognisable pattern.", [], {
    pattern: z.enum(["parallel", "sequential", "handoff", "debate", "vote", "hierarchy", "other"]),
    agents: names.min(1),
    tasks: names.optional(),
  }),
};

const taskIdentity = { taskType: name, name: text.optional() };
const taskEnd = {
  taskType: name,
  ...timed,
  retries: count.optional(),
  costUsd: usd.optional(),
};
const tasks = {
  task_queued: event("A task waits for an agent.", ["taskId"], {
    ...taskIdentity,
    priority: priority.optional(),
    dependsOn: names.optional(),
    estimateSeconds: seconds.optional(),
    estimateUsd: usd.optional(),
  }),
  task_assigned: event("A task was given to an agent: who, why, and who else could have had it.", ["taskId", "agent"], {
    ...taskIdentity,
    reason: text.optional(),
    workload: count.optional(),
    alternatives: names.optional(),
    queueDurationSeconds: seconds.optional(),
    durationSeconds: seconds.optional(),
  }),
  task_progressed: event("A task moved on, or is tried again.", ["taskId"], {
    taskType: name.optional(),
    progressRatio: ratio.optional(),
    step: text.optional(),
    message: text.optional(),
    attempt: count.optional(),
  }),
  task_completed: event("A task was done.", ["taskId"], taskEnd),
  task_failed: event("A task was given up.", ["taskId"], { ...taskEnd, outcome: failedOutcome, ...failureDetail }),
};

const workflows = {
  workflow_started: event("A run of a workflow begins.", ["workflowId"], { name }),
  workflow_completed: event("A run of a workflow reached its end.", ["workflowId"], { name, ...timed, costUsd: usd.optional() }),
  workflow_failed: event("A run of a workflow did not reach its end.", ["workflowId"], {
    name,
    ...timed,
    costUsd: usd.optional(),
    outcome: failedOutcome,
    ...failureDetail,
  }),
  step_progressed: event("A run moved on by a step.", [], {
    step: name,
    runId: name.optional(),
    status: z.enum(["started", "completed", "failed", "skipped"]).optional(),
    stepIndex: count.optional(),
    stepCount: count.optional(),
    progressRatio: ratio.optional(),
    durationSeconds: seconds.optional(),
    ...resourceUse,
    message: text.optional(),
  }),
};

const models = {
  model_called: event(
    "A model was called. inputTokens includes the cached ones and outputTokens the reasoning ones, as providers count. A cost that was worked out from tokens and prices is marked as estimated.",
    ["agent"],
    {
      provider: name,
      model: name,
      tier: name.optional(),
      outcome,
      ...timed,
      timeToFirstTokenSeconds: seconds.optional(),
      inputTokens: tokens.optional(),
      outputTokens: tokens.optional(),
      cacheReadTokens: tokens.optional(),
      cacheWriteTokens: tokens.optional(),
      reasoningTokens: tokens.optional(),
      costUsd: usd.optional(),
      costIsEstimated: z.boolean().optional(),
      finishReason: name.optional(),
      input: content.optional(),
      output: content.optional(),
      ...failureDetail,
    },
  ),
  usage_reported: event(
    "Tokens or money were spent on a model, told as a sum: by whoever does not tell of each call. Counts as no call.",
    ["agent"],
    {
      provider: name,
      model: name,
      inputTokens: tokens.optional(),
      outputTokens: tokens.optional(),
      cacheReadTokens: tokens.optional(),
      cacheWriteTokens: tokens.optional(),
      reasoningTokens: tokens.optional(),
      costUsd: usd.optional(),
    },
  ),
  tool_called: event("A tool was called. server: the MCP server that has it.", ["agent"], {
    tool: name,
    toolType: name.optional(),
    server: name.optional(),
    callId: name.optional(),
    argumentsHash: name.optional(),
    arguments: content.optional(),
    result: content.optional(),
    outcome,
    ...timed,
    ...failureDetail,
  }),
  skill_invoked: event("A named skill was used.", [], {
    skill: name,
    outcome,
    durationSeconds: seconds.optional(),
    ...resourceUse,
    params: payload.optional(),
    result: payload.optional(),
    cacheHit: z.boolean().optional(),
    runId: name.optional(),
    journey: name.optional(),
    ...failureDetail,
  }),
};

const contexts = {
  context_updated: event(
    "How full an agent's context is: the latest request, not the sum of all. Its model tells the limit where nothing else does.",
    ["agent"],
    {
      tokens,
      items: count.optional(),
      limitTokens: tokens.optional(),
      provider: name.optional(),
      model: name.optional(),
    },
  ),
  context_refreshed: event("An agent's context was built anew.", ["agent"], {
    durationSeconds: seconds,
    tokens: tokens.optional(),
    items: count.optional(),
  }),
  context_compacted: event("An agent's context was made smaller: the difference is what was saved.", ["agent"], {
    tokensBefore: tokens,
    tokensAfter: tokens,
    itemsAfter: count.optional(),
    durationSeconds: seconds.optional(),
  }),
};

const quality = {
  validation_completed: event("Work was checked by running it.", [], {
    outcome: z.enum(["passed", "failed"]),
    name: name.optional(),
    durationSeconds: seconds.optional(),
    ...resourceUse,
    costUsd: usd.optional(),
    screenshots: count.optional(),
    findings: texts.optional(),
  }),
  review_completed: event("A critic approved or rejected work.", [], {
    outcome: z.enum(["approved", "rejected"]),
    subject: text.optional(),
    reasons: texts.optional(),
    durationSeconds: seconds.optional(),
  }),
  hitl_escalated: event("A person is asked (human in the loop).", [], {
    priority,
    reason: text.optional(),
    attempts: count.optional(),
    lastError: text.optional(),
  }),
};

const budget = { kind: z.enum(budgetKinds), name: name.optional(), limitUsd: usd };
const money = {
  budget_set: event("What an agent, a workflow or a day may cost.", [], budget),
  budget_warning: event("80 % of a budget is spent.", [], { ...budget, spentUsd: usd }),
  budget_exceeded: event("A budget is spent.", [], { ...budget, spentUsd: usd }),
};

const safety = {
  safety_blocked: event("A guardrail or policy stopped something.", [], {
    policy: name,
    reason: text.optional(),
    action: text.optional(),
  }),
};

const trouble = {
  error_raised: event("Something failed; told once, by the innermost piece of work that saw it.", [], {
    errorType: name,
    errorMessage: text.optional(),
    component: name.optional(),
  }),
  failure_recorded: event("A component failed, and whether it recovered.", [], {
    failureType: name,
    component: name,
    errorMessage: text.optional(),
    recoveryAttempted: z.boolean(),
    recoverySuccessful: z.boolean().optional(),
  }),
};

const milestone = { milestoneType: name, name: text.optional(), milestoneId: name.optional() };
const journeys = {
  milestone_started: event("A user's journey reached for a milestone.", [], milestone),
  milestone_completed: event("The milestone was reached.", [], { ...milestone, ...timed }),
  milestone_failed: event("The milestone was missed or given up.", [], {
    ...milestone,
    ...timed,
    outcome: failedOutcome,
    ...failureDetail,
  }),
  journey_executed: event("One run of a named user journey.", [], {
    journey: name,
    outcome,
    ...timed,
    runId: name.optional(),
    ...failureDetail,
  }),
};

const state = {
  state_saved: event("State was written, and how large it is.", [], {
    sizeBytes: bytes,
    durationSeconds: seconds.optional(),
    store: name.optional(),
  }),
  state_loaded: event("State was read back.", [], {
    durationSeconds: seconds,
    sizeBytes: bytes.optional(),
    store: name.optional(),
  }),
};

const research = {
  measurement_recorded: event("A number that somebody measures.", [], { name, value: measured, unit: name }),
};

const phases = {
  phase_started: event("A phase of work begins.", [], {
    phase: name,
    objectives: texts.optional(),
    plannedTasks: count.optional(),
  }),
  phase_completed: event("A phase of work ended.", [], {
    phase: name,
    outcome: outcome.optional(),
    summary: text.optional(),
  }),
};

const alert = {
  alert: name,
  severity: severity.optional(),
  summary: text.optional(),
  fingerprint: name.optional(),
  startsAtUnixMillis: unixMillis.optional(),
};
const alerts = {
  alert_fired: event("An alert fires.", [], alert),
  alert_resolved: event("An alert is over.", [], alert),
};

/** Event types by family, in the order in which the reference page shows them. */
export const eventFamilies = {
  projects,
  agents,
  handoffs,
  decisions,
  tasks,
  workflows,
  models,
  contexts,
  quality,
  money,
  safety,
  trouble,
  journeys,
  state,
  research,
  phases,
  alerts,
} as const;

export type EventFamily = keyof typeof eventFamilies;

/** One schema per event type. Types, validation and the reference page derive from this table. */
export const eventSchemas = {
  ...projects,
  ...agents,
  ...handoffs,
  ...decisions,
  ...tasks,
  ...workflows,
  ...models,
  ...contexts,
  ...quality,
  ...money,
  ...safety,
  ...trouble,
  ...journeys,
  ...state,
  ...research,
  ...phases,
  ...alerts,
} as const;
