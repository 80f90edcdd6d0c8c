import type { AgentEvent, EventData, EventOf } from "../events/types.ts";
import { isUnpriced, type SpendingEvent, spendingOf } from "../folds/spending.ts";
import type { Metrics } from "./metric-set.ts";

/** Where an event has no agent, workflow or other name to count it by. */
const NONE = "unknown";

/**
 * Moves the counters and histograms that an event stands for. Gauges are not here: they are read from the state of the fleet at
 * each scrape, so that a restart can rebuild them without counting anything twice.
 *
 * @param waitSeconds how long the task that the event assigns had waited, where that is known
 */
export function countEvent(metrics: Metrics, event: AgentEvent, waitSeconds: number | undefined): void {
  metrics.events.inc({ type: event.type });
  const service = event.source;
  const agent = event.agent ?? NONE;
  switch (event.type) {
    case "handoff_completed":
      return countHandoff(metrics, event);
    case "decision_made":
      return countDecision(metrics, event, agent);
    case "task_assigned":
      metrics.taskAssignments.inc({ service, agent, task_type: event.data.taskType });
      if (waitSeconds !== undefined)
        metrics.taskQueueDuration.observe({ service, task_type: event.data.taskType }, waitSeconds, event);
      return;
    case "task_completed":
    case "task_failed":
      return countTask(metrics, event, agent);
    case "model_called":
      return countModelCall(metrics, event, agent);
    case "usage_reported":
      return countSpending(metrics, event, agent);
    case "tool_called":
      metrics.toolCalls.inc({ service, agent, tool: event.data.tool, outcome: event.data.outcome });
      return metrics.toolCallDuration.observe({ service, tool: event.data.tool }, event.data.durationSeconds, event);
    case "skill_invoked":
      return metrics.skillInvocations.inc({
        service,
        skill: event.data.skill,
        outcome: event.data.outcome,
        cache: cacheOf(event.data),
      });
    case "workflow_completed":
    case "workflow_failed": {
      const outcome = event.type === "workflow_failed" ? event.data.outcome : "success";
      metrics.workflows.inc({ service, workflow: event.data.name, outcome });
      return metrics.workflowDuration.observe({ service, workflow: event.data.name }, event.data.durationSeconds, event);
    }
    case "error_raised":
      return metrics.agentErrors.inc({ service, agent, error_type: event.data.errorType });
    case "context_refreshed":
      return metrics.contextRefreshDuration.observe({ service, agent }, event.data.durationSeconds, event);
    case "context_compacted":
      metrics.contextSavedTokens.inc({ service, agent }, Math.max(0, event.data.tokensBefore - event.data.tokensAfter));
      if (event.data.durationSeconds !== undefined) {
        metrics.contextRefreshDuration.observe({ service, agent }, event.data.durationSeconds, event);
      }
      return;
    case "validation_completed":
      return metrics.validations.inc({ service, outcome: event.data.outcome });
    case "review_completed":
      return metrics.reviews.inc({ service, outcome: event.data.outcome });
    case "hitl_escalated":
      return metrics.escalations.inc({ service, priority: event.data.priority });
    case "safety_blocked":
      return metrics.safetyBlocks.inc({ service, agent, policy: event.data.policy });
    case "milestone_completed":
    case "milestone_failed": {
      const outcome = event.type === "milestone_failed" ? event.data.outcome : "success";
      metrics.milestones.inc({ service, milestone_type: event.data.milestoneType, outcome });
      return metrics.milestoneDuration.observe(
        { service, milestone_type: event.data.milestoneType },
        event.data.durationSeconds,
        event,
      );
    }
    case "journey_executed":
      metrics.journeys.inc({ service, journey: event.data.journey, outcome: event.data.outcome });
      return metrics.journeyDuration.observe({ service, journey: event.data.journey }, event.data.durationSeconds, event);
    case "state_saved":
      return metrics.stateSaves.inc({ service });
    case "state_loaded":
      return metrics.stateLoadDuration.observe({ service }, event.data.durationSeconds, event);
  }
}

function countHandoff(metrics: Metrics, event: EventOf<"handoff_completed">): void {
  const { fromAgent, toAgent, outcome, durationSeconds } = event.data;
  const pair = { service: event.source, from_agent: fromAgent, to_agent: toAgent, outcome };
  metrics.handoffs.inc(pair);
  metrics.handoffDuration.observe(pair, durationSeconds, event);
}

function countDecision(metrics: Metrics, event: EventOf<"decision_made">, agent: string): void {
  const { decisionType, durationSeconds, confidenceRatio } = event.data;
  metrics.decisions.inc({ service: event.source, agent, decision_type: decisionType });
  if (durationSeconds !== undefined) metrics.decisionDuration.observe({ service: event.source, agent }, durationSeconds, event);
  if (confidenceRatio !== undefined) {
    metrics.decisionConfidence.observe({ service: event.source, decision_type: decisionType }, confidenceRatio, event);
  }
}

function countTask(metrics: Metrics, event: EventOf<"task_completed" | "task_failed">, agent: string): void {
  const { taskType, durationSeconds, retries } = event.data;
  const outcome = event.type === "task_failed" ? event.data.outcome : "success";
  const labels = { service: event.source, agent, task_type: taskType, outcome };
  metrics.tasks.inc(labels);
  metrics.taskDuration.observe(labels, durationSeconds, event);
  metrics.taskRetries.inc(labels, retries ?? 0);
}

function countModelCall(metrics: Metrics, event: EventOf<"model_called">, agent: string): void {
  const { provider, model, outcome, durationSeconds } = event.data;
  const labels = { service: event.source, agent, provider, model, outcome };
  metrics.modelCalls.inc(labels);
  metrics.modelCallDuration.observe(labels, durationSeconds, event);
  if (isUnpriced(event)) metrics.unpricedModelCalls.inc(labels);
  countSpending(metrics, event, agent);
}

/** Kinds of tokens by the label that tells them. */
const tokenTypes = [
  ["input", "inputTokens"],
  ["cache_read", "cacheReadTokens"],
  ["cache_write", "cacheWriteTokens"],
  ["output", "outputTokens"],
  ["reasoning", "reasoningTokens"],
] as const;

function countSpending(metrics: Metrics, event: SpendingEvent, agent: string): void {
  const { provider, model } = event.data;
  const labels = { service: event.source, agent, provider, model };
  const spending = spendingOf(event);
  if (spending.costUsd !== undefined) metrics.cost.inc(labels, spending.costUsd);
  for (const [token_type, kind] of tokenTypes) {
    if (spending[kind] > 0) metrics.modelTokens.inc({ ...labels, token_type }, spending[kind]);
  }
}

function cacheOf({ cacheHit }: EventData<"skill_invoked">): string {
  if (cacheHit === undefined) return "none";
  return cacheHit ? "hit" : "miss";
}
