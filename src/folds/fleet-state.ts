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

  /** Returns how long the task that the event assigns had waited, in seconds, where that is known. */
  apply(told: AgentEvent, nowMillis: number = Date.now()): number | undefined {
    // Nothing happens later than now. One event of a clock that is years ahead would otherwise hold the day's budget, the hour's
    // errors and the search for abandoned work until then.
    const event = told.timeUnixMillis > nowMillis ? { ...told, timeUnixMillis: nowMillis } : told;
    const boundary = boundaryOf(event.type);
    const closed = this.operations.apply(event, boundary);
    this.roster.apply(event, boundary, closed);
    this.contexts.apply(event);
    this.errors.apply(event);
    this.stateSizes.apply(event);
    this.budgets.apply(event, this.operations.workflowName(event.workflowId));
    return this.#waits.apply(event);
  }
}
