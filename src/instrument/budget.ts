import { budgetKinds } from "../events/fields.ts";
import { cleanAmount, cleanName } from "./clean.ts";
import type { Instrument } from "./instrument.ts";

export interface BudgetOptions {
  /** Whose budget it is; exactly one of `agent`, `workflow` and `day`. */
  readonly agent?: string;
  readonly workflow?: string;
  /** The whole day's, midnight to midnight UTC. */
  readonly day?: true;
  readonly limitUsd: number;
  /** Throw {@link BudgetExceededError} from the next run, task or model call once it is used up. @default false */
  readonly enforce?: boolean;
}

/** Sets what an agent, a workflow or a day may cost. */
export function setBudget(instrument: Instrument, options: BudgetOptions): void {
  const { report } = instrument;
  try {
    const { agent, workflow, day } = options;
    const [kind] = budgetKinds.filter((candidate) => options[candidate] !== undefined);
    const limitUsd = cleanAmount(options.limitUsd, "a budget's limitUsd", report);
    if (kind === undefined || [agent, workflow, day].filter((given) => given !== undefined).length !== 1) {
      report("invalid_event", () => "a budget needs exactly one of agent, workflow and day; it is ignored");
    } else if (limitUsd !== undefined) {
      const name = kind === "day" ? undefined : cleanName(options[kind], `a budget's ${kind}`, report);
      instrument.budgets.enforce(kind, name, options.enforce ?? false);
      instrument.send("budget_set", { kind, name, limitUsd }, instrument.scope);
    }
  } catch {
    report("unreadable", () => "a budget's options could not be read; it is ignored");
  }
}
