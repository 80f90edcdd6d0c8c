import type { Board } from "../board.ts";
import { line } from "../layout.ts";
import { allAgents, decisionDuration, decisionRate, lastHeardOf, utilisation, whoWorksWhen } from "../panels/agents.ts";
import { contextGauges, contextItems, contextRefreshDuration, contextTokens, savedTokens } from "../panels/contexts.ts";
import { costByAgent } from "../panels/cost.ts";
import { errorsByType, errorsShown } from "../panels/errors.ts";
import { handoffRate } from "../panels/handoffs.ts";
import { tokensByAgent, tokensPerCall } from "../panels/models.ts";
import { stateLoadDuration, stateSaves, stateSize } from "../panels/state.ts";
import { taskDuration, taskFailures, tasksInFlightByAgent } from "../panels/tasks.ts";
import type { Context } from "./context.ts";

/** What each agent does, how well, how fast, and with what. */
export function agents({ queries: q, thresholds, service, agent }: Context): Board {
  return {
    uid: "crowsnest-agents",
    title: "Agents",
    description: "What each agent does, how well, how fast, and with what.",
    variables: [service, agent],
    sections: [
      { title: "Everybody", lines: [line(9, [allAgents(q, thresholds), 18], lastHeardOf(q, thresholds))] },
      {
        title: "Activity",
        lines: [line(8, whoWorksWhen(q), utilisation(q)), line(8, tasksInFlightByAgent(q), handoffRate(q), decisionRate(q))],
      },
      {
        title: "Trouble",
        lines: [line(8, errorsByType(q), errorsShown(q), taskFailures(q, thresholds))],
      },
      { title: "Durations", lines: [line(8, taskDuration(q), decisionDuration(q))] },
      {
        title: "Context",
        lines: [
          line(8, contextGauges(q, thresholds)),
          line(8, contextTokens(q), contextItems(q)),
          line(7, contextRefreshDuration(q), savedTokens(q)),
        ],
      },
      { title: "Tokens and cost", lines: [line(8, tokensByAgent(q), tokensPerCall(q), costByAgent(q))] },
      { title: "State", lines: [line(7, stateSaves(q), stateSize(q), stateLoadDuration(q))] },
    ],
  };
}
