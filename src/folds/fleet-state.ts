import type { AgentEvent } from "../events/types.ts";
import { AgentRoster } from "./agent-roster.ts";
import { BudgetLedger, type Crossing } from "./budget-ledger.ts";
import { ContextFills } from "./context-fill.ts";
import { OpenOperations } from "./open-operations.ts";
import { RecentErrors } from "./recent-errors.ts";
import { StateSizes } from "./state-sizes.ts";
import { TaskWaits } from "./task-waits.ts";

/** What one event brought about that cannot be read from the state afterwards. */
export interface StateChange {
  /** Budgets that the event passed, each told once. */
  readonly crossings: readonly Crossing[];
  /** How long the task that the event assigns had waited. */
  readonly waitSeconds: number | undefined;
}

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

  apply(event: AgentEvent): StateChange {
    const operation = this.operations.apply(event);
    this.roster.apply(event, operation);
    this.contexts.apply(event);
    this.errors.apply(event);
    this.stateSizes.apply(event);
    return {
      crossings: this.budgets.apply(event, this.operations.workflowName(event.workflowId)),
      waitSeconds: this.#waits.apply(event),
    };
  }
}
