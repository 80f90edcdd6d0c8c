import type { Board } from "../board.ts";
import { line } from "../layout.ts";
import { agentsAtWork, decisionRate } from "../panels/agents.ts";
import { alertList, firingAlerts } from "../panels/alerts.ts";
import { contextGauges, contextTokens, fullestContext } from "../panels/contexts.ts";
import { costByAgent, costToday } from "../panels/cost.ts";
import { errorRate, errorsByAgent } from "../panels/errors.ts";
import { handoffDuration, handoffRate, slowHandoffs } from "../panels/handoffs.ts";
import { escalations } from "../panels/quality.ts";
import { errorBudgetBurn, taskOutcomes, tasksInFlight, tasksInFlightByAgent } from "../panels/tasks.ts";
import type { Context } from "./context.ts";

/** The one to leave open: is everybody at work, does it go well, what does it cost. */
export function fleetOverview({ queries: q, thresholds, runbookBaseUrl, service, agent }: Context): Board {
  return {
    uid: "crowsnest-fleet",
    title: "Fleet overview",
    description: "Is everybody at work, does it go well, and what does it cost?",
    variables: [service, agent],
    sections: [
      {
        title: "Now",
        lines: [
          line(
            4,
            agentsAtWork(q),
            tasksInFlight(q),
            slowHandoffs(q, thresholds),
            errorRate(q, thresholds),
            escalations(q),
            fullestContext(q, thresholds),
            costToday(q),
            firingAlerts(),
          ),
        ],
      },
      {
        title: "Activity",
        lines: [line(8, handoffRate(q), decisionRate(q), tasksInFlightByAgent(q)), line(8, handoffDuration(q), taskOutcomes(q))],
      },
      {
        title: "Trouble",
        lines: [line(8, errorsByAgent(q, thresholds), errorBudgetBurn(q), alertList(runbookBaseUrl))],
      },
      {
        title: "Contexts and cost",
        lines: [line(8, contextGauges(q, thresholds)), line(8, contextTokens(q), costByAgent(q))],
      },
    ],
  };
}
