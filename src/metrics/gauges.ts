import { isUsedUp } from "../folds/budget-ledger.ts";
import type { FleetState } from "../folds/fleet-state.ts";
import type { OpenOperation } from "../folds/open-operations.ts";
import type { Metrics } from "./metric-set.ts";

/** Brings the gauges in line with the state of the fleet. Runs before each scrape, not on each event. */
export function refreshGauges(metrics: Metrics, state: FleetState, nowMillis: number = Date.now()): void {
  // Made anew each time, as an agent whose role changed would otherwise stand there in both.
  metrics.agentInfo.reset();
  metrics.agentActive.zero();
  for (const entry of state.roster.all()) {
    const labels = { service: entry.source, agent: entry.agent };
    metrics.agentInfo.set({ ...labels, role: entry.role ?? "" }, 1);
    // Added rather than set, so that agents beyond the cap are a number of active agents together.
    metrics.agentActive.add(labels, entry.open > 0 ? 1 : 0);
    metrics.agentLastSeen.set(labels, entry.lastSeenMillis / 1_000);
    metrics.agentActiveSeconds.inc(labels, state.roster.takeActiveSeconds(entry, nowMillis));
  }
  for (const { source, agent, tokens, items, limitTokens } of state.contexts.all()) {
    const labels = { service: source, agent };
    metrics.contextTokens.set(labels, tokens);
    if (items !== undefined) metrics.contextItems.set(labels, items);
    if (limitTokens !== undefined) metrics.contextLimitTokens.set(labels, limitTokens);
  }
  for (const budget of state.budgets.all()) {
    // Asking also starts a new day where one has begun.
    isUsedUp(budget, nowMillis);
    const labels = { service: budget.source, scope: budget.scope };
    metrics.budget.set(labels, budget.limitUsd);
    metrics.budgetSpent.set(labels, budget.spentUsd);
  }
  for (const [service, sizeBytes] of state.stateSizes.all()) metrics.stateSize.set({ service }, sizeBytes);
  for (const gauge of [metrics.handoffsInProgress, metrics.tasksInProgress, metrics.workflowsInProgress]) gauge.zero();
  for (const operation of state.operations.all()) addInProgress(metrics, operation);
}

function addInProgress(metrics: Metrics, { kind, start }: OpenOperation): void {
  const service = start.source;
  if (kind === "handoff") metrics.handoffsInProgress.add({ service }, 1);
  else if (kind === "task") metrics.tasksInProgress.add({ service, agent: start.agent ?? "unknown" }, 1);
  else if (start.type === "workflow_started") metrics.workflowsInProgress.add({ service, workflow: start.data.name }, 1);
}
