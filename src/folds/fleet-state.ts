import { boundaryOf } from "../events/operations.ts";
import type { AgentEvent } from "../events/types.ts";
import { AgentRoster } from "./agent-roster.ts";
import { BudgetLedger } from "./budget-ledger.ts";
import { ContextFills } from "./context-fill.ts";
import { OpenOperations } from "./open-operations.ts";
import { RecentErrors } from "./recent-errors.ts";
import type { Restorable } from "./restorable.ts";
import { StateSizes } from "./state-sizes.ts";
import { TaskWaits } from "./task-waits.ts";

/** One more whenever the shape or the meaning of what any part saves changes: an older one is then not taken up. */
export const FLEET_STATE_VERSION = 2;

/** What each part saves. */
interface Saved {
  readonly operations: ReturnType<OpenOperations["save"]>;
  readonly roster: ReturnType<AgentRoster["save"]>;
  readonly budgets: ReturnType<BudgetLedger["save"]>;
  readonly contexts: ReturnType<ContextFills["save"]>;
  readonly errors: ReturnType<RecentErrors["save"]>;
  readonly stateSizes: ReturnType<StateSizes["save"]>;
  readonly waits: ReturnType<TaskWaits["save"]>;
}

/**
 * How things are now, as far as more than one room needs to know it: gauges show it, `/health` judges it, budgets are enforced
 * by it and abandoned work is found in it. Each part is a fold with bounded memory, so a restart rebuilds all of it by applying
 * the stored events again, or those since it was saved.
 */
export class FleetState implements Restorable<Saved> {
  readonly operations = new OpenOperations();
  readonly roster = new AgentRoster();
  readonly budgets = new BudgetLedger();
  readonly contexts = new ContextFills();
  readonly errors = new RecentErrors();
  readonly stateSizes = new StateSizes();
  readonly #waits = new TaskWaits();

  save(): Saved {
    return {
      operations: this.operations.save(),
      roster: this.roster.save(),
      budgets: this.budgets.save(),
      contexts: this.contexts.save(),
      errors: this.errors.save(),
      stateSizes: this.stateSizes.save(),
      waits: this.#waits.save(),
    };
  }

  restore(saved: Saved): void {
    this.operations.restore(saved.operations);
    this.roster.restore(saved.roster);
    this.budgets.restore(saved.budgets);
    this.contexts.restore(saved.contexts);
    this.errors.restore(saved.errors);
    this.stateSizes.restore(saved.stateSizes);
    this.#waits.restore(saved.waits);
  }

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
    const closed = this.operations.apply(event, boundary, nowMillis, told.timeUnixMillis);
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
