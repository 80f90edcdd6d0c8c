import type { StoredEvent } from "../../src/events/types.ts";

/**
 * How things stand after events, worked out in the plainest way that there is and apart from the folds that it is compared with:
 * gauges as `/metrics` writes them, and what `/health` says. Leaves out what is not asked of it.
 */
export class NowByHand {
  readonly #handoffs = new Map<string, string>();
  readonly #tasks = new Map<string, StoredEvent>();
  readonly #runs = new Map<string, StoredEvent>();
  readonly #workflows = new Map<string, { service: string; name: string }>();
  readonly #samples = new Map<string, number>();
  readonly #spent = new Map<string, number>();
  readonly #limits = new Set<string>();
  errorsLastHour = 0;

  constructor(events: readonly StoredEvent[], nowMillis: number) {
    for (const event of events) this.#take(event, nowMillis);
  }

  get activeAgents(): string[] {
    return [...new Set([...this.#tasks.values(), ...this.#runs.values()].map(({ agent }) => agent as string))].sort();
  }

  /** Samples that stand for something; what has come down to 0 is left out. */
  gauges(): Map<string, number> {
    const gauges = new Map(this.#samples);
    const add = (sample: string) => gauges.set(sample, (gauges.get(sample) ?? 0) + 1);
    for (const service of this.#handoffs.values()) add(`agent_handoffs_in_progress{service="${service}"}`);
    for (const { source, agent } of this.#tasks.values()) add(`agent_tasks_in_progress{service="${source}",agent="${agent}"}`);
    for (const { service, name } of this.#workflows.values()) {
      add(`agent_workflows_in_progress{service="${service}",workflow="${name}"}`);
    }
    const atWork = [...this.#tasks.values(), ...this.#runs.values()];
    for (const { source, agent } of atWork) gauges.set(`agent_active{service="${source}",agent="${agent}"}`, 1);
    for (const key of this.#limits) gauges.set(`agent_budget_spent_usd${key}`, this.#spent.get(key) ?? 0);
    return new Map([...gauges].filter(([, value]) => value !== 0));
  }

  #take(event: StoredEvent, nowMillis: number): void {
    const { source } = event;
    const ofAgent = `{service="${source}",agent="${event.agent}"}`;
    switch (event.type) {
      case "handoff_started":
        this.#handoffs.set(`${source} ${event.operationId}`, source);
        return;
      case "handoff_completed":
        this.#handoffs.delete(`${source} ${event.operationId}`);
        return;
      case "task_assigned":
        this.#tasks.set(event.taskId as string, event);
        return;
      case "task_completed":
      case "task_failed":
        this.#tasks.delete(event.taskId as string);
        return;
      case "agent_started":
        this.#runs.set(`${source} ${event.operationId}`, event);
        return;
      case "agent_completed":
        this.#runs.delete(`${source} ${event.operationId}`);
        return;
      case "workflow_started":
        this.#workflows.set(event.workflowId as string, { service: source, name: event.data.name });
        return;
      case "workflow_completed":
        this.#workflows.delete(event.workflowId as string);
        return;
      case "context_updated":
        this.#samples.set(`agent_context_tokens${ofAgent}`, event.data.tokens);
        this.#samples.set(`agent_context_items${ofAgent}`, event.data.items as number);
        this.#samples.set(`agent_context_limit_tokens${ofAgent}`, event.data.limitTokens as number);
        return;
      case "context_compacted":
        this.#samples.set(`agent_context_tokens${ofAgent}`, event.data.tokensAfter);
        return;
      case "state_saved":
        this.#samples.set(`agent_state_size_bytes{service="${source}"}`, event.data.sizeBytes);
        return;
      case "budget_set": {
        const { kind, name, limitUsd } = event.data;
        const key = budgetKey(source, name === undefined ? kind : `${kind}:${name}`);
        this.#limits.add(key);
        this.#samples.set(`agent_budget_usd${key}`, limitUsd);
        return;
      }
      case "model_called":
      case "usage_reported": {
        const workflow = this.#workflows.get(event.workflowId ?? "")?.name;
        for (const scope of ["day", `agent:${event.agent}`, `workflow:${workflow}`]) {
          const key = budgetKey(source, scope);
          if (this.#limits.has(key)) this.#spent.set(key, (this.#spent.get(key) ?? 0) + (event.data.costUsd ?? 0));
        }
        return;
      }
      case "error_raised":
        if (event.timeUnixMillis > nowMillis - 3_600_000) this.errorsLastHour += 1;
    }
  }
}

function budgetKey(service: string, scope: string): string {
  return `{service="${service}",scope="${scope}"}`;
}
