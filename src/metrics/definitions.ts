/** One metric: what it is called, what it tells, and by what it can be told apart. */
export interface MetricDefinition {
  readonly kind: "counter" | "gauge" | "histogram";
  /** Without prefix: the prefix is an option (`agent` unless told otherwise), Crowsnest's own health is `crowsnest_`. */
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  readonly buckets?: readonly number[];
  /** Crowsnest's own health rather than the fleet's. */
  readonly own?: true;
}

/** Whatever people wait for: a handoff, a tool, a decision. */
const SHORT_SECONDS = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300] as const;
/** A model's answer. The upper half of the GenAI conventions' `gen_ai.client.operation.duration` buckets. */
const MODEL_SECONDS = [0.1, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92] as const;
/** Whatever takes a coffee or a night: tasks, workflows, journeys (`gen_ai.workflow.duration`, with two buckets below a second). */
const LONG_SECONDS = [0.1, 1, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600, 7_200] as const;
const CONFIDENCE_RATIOS = [0.1, 0.25, 0.5, 0.65, 0.8, 0.9, 0.95, 1] as const;
const COMMIT_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1] as const;

/** Every metric that Crowsnest exports. Nothing else in the code base may name a metric. */
export const metricDefinitions = {
  handoffs: {
    kind: "counter",
    name: "handoffs_total",
    help: "Handoffs that ended, by who handed to whom and how it ended.",
    labels: ["service", "from_agent", "to_agent", "outcome"],
  },
  handoffDuration: {
    kind: "histogram",
    name: "handoff_duration_seconds",
    help: "Time from an agent's offer of work to the receiving agent's answer.",
    labels: ["service", "from_agent", "to_agent"],
    buckets: SHORT_SECONDS,
  },
  handoffsInProgress: {
    kind: "gauge",
    name: "handoffs_in_progress",
    help: "Handoffs that have begun and not ended.",
    labels: ["service"],
  },

  decisions: {
    kind: "counter",
    name: "decisions_total",
    help: "Decisions that agents made.",
    labels: ["service", "agent", "decision_type"],
  },
  decisionDuration: {
    kind: "histogram",
    name: "decision_duration_seconds",
    help: "Time that an agent took to decide.",
    labels: ["service", "agent"],
    buckets: SHORT_SECONDS,
  },
  decisionConfidence: {
    kind: "histogram",
    name: "decision_confidence_ratio",
    help: "How sure agents were of their decisions, from 0 to 1.",
    labels: ["service", "decision_type"],
    buckets: CONFIDENCE_RATIOS,
  },

  taskAssignments: {
    kind: "counter",
    name: "task_assignments_total",
    help: "Tasks given to agents.",
    labels: ["service", "agent", "task_type"],
  },
  tasks: {
    kind: "counter",
    name: "tasks_total",
    help: "Tasks that ended, by how they ended.",
    labels: ["service", "agent", "task_type", "outcome"],
  },
  taskDuration: {
    kind: "histogram",
    name: "task_duration_seconds",
    help: "Time from the start of work on a task to its end.",
    labels: ["service", "agent", "task_type"],
    buckets: LONG_SECONDS,
  },
  taskQueueDuration: {
    kind: "histogram",
    name: "task_queue_duration_seconds",
    help: "Time that a task waited for an agent.",
    labels: ["service", "task_type"],
    buckets: LONG_SECONDS,
  },
  taskRetries: {
    kind: "counter",
    name: "task_retries_total",
    help: "Further attempts at tasks that ended.",
    labels: ["service", "agent", "task_type"],
  },
  tasksInProgress: {
    kind: "gauge",
    name: "tasks_in_progress",
    help: "Tasks that an agent has and has not finished.",
    labels: ["service", "agent"],
  },

  agentInfo: {
    kind: "gauge",
    name: "info",
    help: "1 for every agent that made itself known.",
    labels: ["service", "agent", "role"],
  },
  agentActive: {
    kind: "gauge",
    name: "active",
    help: "1 while the agent has a run or a task, else 0.",
    labels: ["service", "agent"],
  },
  agentActiveSeconds: {
    kind: "counter",
    name: "active_seconds_total",
    help: "Time during which the agent was at work; overlapping work counts once.",
    labels: ["service", "agent"],
  },
  agentErrors: {
    kind: "counter",
    name: "errors_total",
    help: "Errors, each counted once where it arose.",
    labels: ["service", "agent", "error_type"],
  },
  agentLastSeen: {
    kind: "gauge",
    name: "last_seen_timestamp_seconds",
    help: "When the agent was last heard of.",
    labels: ["service", "agent"],
  },

  contextTokens: {
    kind: "gauge",
    name: "context_tokens",
    help: "Tokens in the agent's context as of its latest request.",
    labels: ["service", "agent"],
  },
  contextLimitTokens: {
    kind: "gauge",
    name: "context_limit_tokens",
    help: "Tokens that the agent's context can hold; absent where the limit is unknown.",
    labels: ["service", "agent"],
  },
  contextItems: {
    kind: "gauge",
    name: "context_items",
    help: "Messages or documents in the agent's context.",
    labels: ["service", "agent"],
  },
  contextRefreshDuration: {
    kind: "histogram",
    name: "context_refresh_duration_seconds",
    help: "Time to build an agent's context anew or to compact it.",
    labels: ["service", "agent"],
    buckets: SHORT_SECONDS,
  },
  contextSavedTokens: {
    kind: "counter",
    name: "context_saved_tokens_total",
    help: "Tokens that compaction took out of contexts.",
    labels: ["service", "agent"],
  },

  modelCalls: {
    kind: "counter",
    name: "model_calls_total",
    help: "Calls of models, by how they ended.",
    labels: ["service", "agent", "provider", "model", "outcome"],
  },
  modelCallDuration: {
    kind: "histogram",
    name: "model_call_duration_seconds",
    help: "Time from a request to a model to the end of its answer.",
    labels: ["service", "provider", "model"],
    buckets: MODEL_SECONDS,
  },
  modelTokens: {
    kind: "counter",
    name: "model_tokens_total",
    help: "Tokens by kind. The kinds do not overlap: cached tokens are not in input, reasoning is not in output, and the sum is all.",
    labels: ["service", "agent", "provider", "model", "token_type"],
  },
  cost: {
    kind: "counter",
    name: "cost_usd_total",
    help: "US dollars spent on model calls whose price is known.",
    labels: ["service", "agent", "model"],
  },
  unpricedModelCalls: {
    kind: "counter",
    name: "unpriced_model_calls_total",
    help: "Successful model calls with tokens whose price is not known, so that they are missing from the costs.",
    labels: ["service", "provider", "model"],
  },
  toolCalls: {
    kind: "counter",
    name: "tool_calls_total",
    help: "Calls of tools, by how they ended.",
    labels: ["service", "agent", "tool", "outcome"],
  },
  toolCallDuration: {
    kind: "histogram",
    name: "tool_call_duration_seconds",
    help: "Time that a tool took to answer.",
    labels: ["service", "tool"],
    buckets: SHORT_SECONDS,
  },
  skillInvocations: {
    kind: "counter",
    name: "skill_invocations_total",
    help: "Uses of skills, by how they ended and whether a cache answered (hit, miss or none).",
    labels: ["service", "skill", "outcome", "cache"],
  },

  workflows: {
    kind: "counter",
    name: "workflows_total",
    help: "Workflow runs that ended, by how they ended.",
    labels: ["service", "workflow", "outcome"],
  },
  workflowDuration: {
    kind: "histogram",
    name: "workflow_duration_seconds",
    help: "Time from the start of a workflow run to its end.",
    labels: ["service", "workflow"],
    buckets: LONG_SECONDS,
  },
  workflowsInProgress: {
    kind: "gauge",
    name: "workflows_in_progress",
    help: "Workflow runs that have begun and not ended.",
    labels: ["service", "workflow"],
  },

  validations: {
    kind: "counter",
    name: "validations_total",
    help: "Checks of work by running it: passed or failed.",
    labels: ["service", "outcome"],
  },
  reviews: {
    kind: "counter",
    name: "reviews_total",
    help: "Critics' verdicts: approved or rejected.",
    labels: ["service", "outcome"],
  },
  escalations: {
    kind: "counter",
    name: "escalations_total",
    help: "Times that a person was asked.",
    labels: ["service", "priority"],
  },

  budget: {
    kind: "gauge",
    name: "budget_usd",
    help: "What an agent (agent:name), a workflow (workflow:name) or a day (day) may cost, in US dollars.",
    labels: ["service", "scope"],
  },
  budgetSpent: {
    kind: "gauge",
    name: "budget_spent_usd",
    help: "What was spent against the budget, in US dollars.",
    labels: ["service", "scope"],
  },
  safetyBlocks: {
    kind: "counter",
    name: "safety_blocks_total",
    help: "Actions that a guardrail or policy stopped.",
    labels: ["service", "agent", "policy"],
  },

  milestones: {
    kind: "counter",
    name: "milestones_total",
    help: "Milestones of user journeys that ended, by how they ended.",
    labels: ["service", "milestone_type", "outcome"],
  },
  milestoneDuration: {
    kind: "histogram",
    name: "milestone_duration_seconds",
    help: "Time that a milestone took.",
    labels: ["service", "milestone_type"],
    buckets: LONG_SECONDS,
  },
  journeys: {
    kind: "counter",
    name: "journeys_total",
    help: "Runs of user journeys, by how they ended.",
    labels: ["service", "journey", "outcome"],
  },
  journeyDuration: {
    kind: "histogram",
    name: "journey_duration_seconds",
    help: "Time that a run of a user journey took.",
    labels: ["service", "journey"],
    buckets: LONG_SECONDS,
  },
  stateSaves: {
    kind: "counter",
    name: "state_saves_total",
    help: "Times that state was written.",
    labels: ["service"],
  },
  stateLoadDuration: {
    kind: "histogram",
    name: "state_load_duration_seconds",
    help: "Time to read state back.",
    labels: ["service"],
    buckets: SHORT_SECONDS,
  },
  stateSize: {
    kind: "gauge",
    name: "state_size_bytes",
    help: "Size of the state as last written.",
    labels: ["service"],
  },

  events: {
    kind: "counter",
    name: "events_total",
    help: "Events that passed the bus, by type.",
    labels: ["type"],
    own: true,
  },
  eventsDropped: {
    kind: "counter",
    name: "events_dropped_total",
    help: "Events discarded before they reached a sink (queue names it), or refused as invalid (queue is input).",
    labels: ["queue", "reason"],
    own: true,
  },
  queueDepth: {
    kind: "gauge",
    name: "queue_depth",
    help: "Events that wait for a sink.",
    labels: ["queue"],
    own: true,
  },
  queueCapacity: {
    kind: "gauge",
    name: "queue_capacity",
    help: "Events that may wait for a sink before some are dropped.",
    labels: ["queue"],
    own: true,
  },
  tapFailures: {
    kind: "counter",
    name: "tap_failures_total",
    help: "Times that a listener on the bus failed; the others went on.",
    labels: ["tap"],
    own: true,
  },
  spansDropped: {
    kind: "counter",
    name: "spans_dropped_total",
    help: "Spans that were not exported, by reason.",
    labels: ["reason"],
    own: true,
  },
  otlpIgnored: {
    kind: "counter",
    name: "otlp_ignored_total",
    help: "Spans, log records and metric points (signal is traces, logs or metrics) that were accepted and told nothing of agents, or nothing new.",
    labels: ["signal"],
    own: true,
  },
  storeCommitDuration: {
    kind: "histogram",
    name: "store_commit_duration_seconds",
    help: "Time that the store took to make a batch of events durable.",
    labels: [],
    buckets: COMMIT_SECONDS,
    own: true,
  },
  storeFailures: {
    kind: "counter",
    name: "store_failures_total",
    help: "Batches of events that the store could not make durable, by reason.",
    labels: ["reason"],
    own: true,
  },
  redisFlushFailures: {
    kind: "counter",
    name: "redis_flush_failures_total",
    help: "Times that KPIs could not be brought to Redis; they wait and are brought later.",
    labels: [],
    own: true,
  },
  spoolBytes: {
    kind: "gauge",
    name: "spool_bytes",
    help: "Size of the events on disk that wait for the hub, of this process.",
    labels: [],
    own: true,
  },
  spoolFailures: {
    kind: "counter",
    name: "spool_failures_total",
    help: "Batches of events that the disk did not take for the spool; they waited in memory instead.",
    labels: [],
    own: true,
  },
  liveClients: {
    kind: "gauge",
    name: "live_clients",
    help: "Watchers of the live stream.",
    labels: [],
    own: true,
  },
  liveDelivery: {
    kind: "histogram",
    name: "live_delivery_seconds",
    help: "Time from an event's publication to its being handed to a watcher's socket.",
    labels: [],
    buckets: COMMIT_SECONDS,
    own: true,
  },
  labelOverflows: {
    kind: "counter",
    name: "label_overflows_total",
    help: "Observations whose label values were replaced by other because the metric had too many.",
    labels: ["metric"],
    own: true,
  },
  scrapeErrors: {
    kind: "counter",
    name: "scrape_errors_total",
    help: "Metrics left out of a scrape because they could not be read.",
    labels: ["metric"],
    own: true,
  },
  scrapeDuration: {
    kind: "histogram",
    name: "scrape_duration_seconds",
    help: "Time to answer a scrape.",
    labels: [],
    buckets: COMMIT_SECONDS,
    own: true,
  },
  hostCpu: {
    kind: "gauge",
    name: "host_cpu_ratio",
    help: "Share of the host's processors that is busy, from 0 to 1.",
    labels: [],
    own: true,
  },
  hostMemoryUsed: {
    kind: "gauge",
    name: "host_memory_used_bytes",
    help: "Memory of the host that is in use and cannot be freed.",
    labels: [],
    own: true,
  },
  hostMemory: {
    kind: "gauge",
    name: "host_memory_bytes",
    help: "Memory of the host.",
    labels: [],
    own: true,
  },
  hostLoad: {
    kind: "gauge",
    name: "host_load1",
    help: "Processes that run or wait to run, averaged over one minute.",
    labels: [],
    own: true,
  },
  hostDiskUsed: {
    kind: "gauge",
    name: "host_disk_used_ratio",
    help: "Share of the file system with Crowsnest's data that is full, from 0 to 1.",
    labels: [],
    own: true,
  },
  buildInfo: {
    kind: "gauge",
    name: "build_info",
    help: "1; the labels tell which Crowsnest runs on which Node.",
    labels: ["version", "node_version"],
    own: true,
  },
} as const satisfies Record<string, MetricDefinition>;

export type MetricKey = keyof typeof metricDefinitions;
export type LabelsOf<K extends MetricKey> = Readonly<Record<(typeof metricDefinitions)[K]["labels"][number], string>>;

/** What stands before the name of a metric of the fleet unless an option says otherwise. */
export const DEFAULT_METRIC_PREFIX = "agent";
/** What stands before the names of Crowsnest's own health. */
export const OWN_METRIC_PREFIX = "crowsnest";

/** A metric's full name, such as `agent_handoffs_total` or `crowsnest_queue_depth`. */
export function metricName(key: MetricKey, prefix: string = DEFAULT_METRIC_PREFIX): string {
  const definition: MetricDefinition = metricDefinitions[key];
  return `${definition.own === true ? OWN_METRIC_PREFIX : prefix}_${definition.name}`;
}
