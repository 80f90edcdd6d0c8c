import type { Face } from "crowsnest";

/** What the fixer and a feature's workflow may cost at first, in US dollars: enough for the first few features. */
const FIRST_LIMIT_USD = 0.05;
const DAY_LIMIT_USD = 50;
/** A budget that is overrun by this much is talked about, and raised. */
const OVERRUN_RATIO = 1.1;
const RAISE_RATIO = 1.4;

/** Sets budgets, and raises the ones that are overrun, as a person would. */
export class Budgets {
  readonly #crowsnest: Face;
  #fixer = { spentUsd: 0, limitUsd: FIRST_LIMIT_USD };
  #workflow = { spentUsd: 0, limitUsd: FIRST_LIMIT_USD * 2 };

  constructor(crowsnest: Face) {
    this.#crowsnest = crowsnest;
    crowsnest.budget({ day: true, limitUsd: DAY_LIMIT_USD });
    this.#tell();
  }

  spend(agent: string, usd: number): void {
    this.#workflow.spentUsd += usd;
    if (agent === "fixer") this.#fixer.spentUsd += usd;
  }

  /** Looks after the budgets; between two orders is a good time. */
  review(): void {
    const before = [this.#fixer.limitUsd, this.#workflow.limitUsd];
    for (const budget of [this.#fixer, this.#workflow]) {
      if (budget.spentUsd > budget.limitUsd * OVERRUN_RATIO) budget.limitUsd = budget.spentUsd * RAISE_RATIO;
    }
    if (before[0] !== this.#fixer.limitUsd || before[1] !== this.#workflow.limitUsd) this.#tell();
  }

  #tell(): void {
    this.#crowsnest.budget({ agent: "fixer", limitUsd: this.#fixer.limitUsd });
    this.#crowsnest.budget({ workflow: "cover_feature", limitUsd: this.#workflow.limitUsd });
  }
}
