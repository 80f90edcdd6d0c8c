import type { Board } from "../board.ts";
import { line } from "../layout.ts";
import { budgetBurn, budgetsUsed, budgetTable, mostUsedBudget, theDaysBudget } from "../panels/budgets.ts";
import {
  costByAgent,
  costByDay,
  costByModel,
  costForecast,
  costOfAgents,
  costOfModels,
  costPerHour,
  costPerTask,
  costPerTaskOverTime,
  costToday,
  unpricedCalls,
} from "../panels/cost.ts";
import type { Context } from "./context.ts";

/** What is spent, by whom and on what, and how long the money will do. */
export function costAndBudgets({ queries: q, thresholds, service, agent }: Context): Board {
  return {
    uid: "crowsnest-cost",
    title: "Cost and budgets",
    description: "What is spent, by whom and on what, and how long the money will do. Days are days of UTC, as budgets are.",
    variables: [service, agent],
    sections: [
      {
        title: "Today",
        lines: [
          line(
            4,
            [costToday(q), 5],
            [costForecast(q), 5],
            [costPerHour(q), 5],
            [costPerTask(q), 5],
            [mostUsedBudget(q, thresholds), 4],
          ),
        ],
      },
      {
        title: "Budgets",
        lines: [
          line(8, [budgetTable(q, thresholds), 14], budgetsUsed(q, thresholds)),
          line(8, budgetBurn(q, thresholds), theDaysBudget(q)),
        ],
      },
      {
        title: "By agent and model",
        lines: [line(8, costByAgent(q), costByModel(q)), line(8, costOfAgents(q), costOfModels(q), unpricedCalls(q))],
      },
      { title: "By hour and day", lines: [line(8, costPerTaskOverTime(q), [costByDay(q), 16])] },
    ],
  };
}
