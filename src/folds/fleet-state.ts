import { boundaryOf } from "../events/operations.ts";
import type { AgentEvent } from "../events/types.ts";
import { AgentRoster } from "./agent-roster.ts";
import { BudgetLedger } from "./budget-ledger.ts";
import { ContextFills } from "./context-fill.ts";
import { OpenOperations } from "./open-operations.ts";
import { RecentErrors } from "./recent-errors.ts";
import { StateSizes } from "./state-sizes.ts";
import { TaskWaits } from "./task-waits.ts";

/**
 * How things are now, as far as more than one room needs to know it: gauges show it, `/health` judges it, budgets are enforced
 * by it and abandoned work is found in it. Each part is a fold with bounded memory, so a restart rebuilds all of it by applying
 * the stored events again.
 */
export class FleetState {
  readonly operations = new OpenOperations();
  readonly roster = new AgentRoster();
  readonly budgets = new BudgetLedger();
  readonly contexts = new ContextFills();
  readonly errors = new RecentErrors();
  readonly stateSizes = new StateSizes();
  readonly #waits = new TaskWaits();

  /**
   * Returns how long the task that the event assigns had waited, in seconds, where that is known.
   *
   * @param nowMillis when the event was heard of
   */
  apply(told: AgentEvent, nowMillis: number = Date.now()): number | undefined {
    // Nothing happens later than now. One event of a clock that is years ahead would otherwise hold the day's budget, the hour's
    // errors and the search for abandoned work until then.
    const event = told.timeUnixMillis > nowMillis ? { ...told, timeUnixMillis: nowMillis } : told;
    const boundary = boundaryOf(event.type);
    const closed = this.operations.apply(event, boundary, nowMillis);
    this.roster.apply(event, boundary, closed);
    return this.#applyToRest(event);
  }

  /** Only the fold that an event type is for: most events are for none of these. */
  #applyToRest(event: AgentEvent): number | undefined {
    switch (event.type) {
      case "task_queued":
      case "task_assigned":
      case "task_completed":
      case "task_failed":
        return this.#waits.apply(event);
      case "context_updated":
      case "context_compacted":
      case "context_refreshed":
        this.contexts.apply(event);
        return undefined;
      case "model_called":
      case "usage_reported":
      case "budget_set":
      case "budget_warning":
      case "budget_exceeded":
        this.budgets.apply(event, this.operations.workflowName(event.workflowId));
        return undefined;
      case "error_raised":
        this.errors.apply(event);
        return undefined;
      case "state_saved":
        this.stateSizes.apply(event);
        return undefined;
      default:
        return undefined;
    }
  }
}
