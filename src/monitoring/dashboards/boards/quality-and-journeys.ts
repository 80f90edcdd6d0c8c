import type { Board } from "../board.ts";
import { line } from "../layout.ts";
import { decisionsByType } from "../panels/agents.ts";
import {
  journeyDuration,
  journeySuccess,
  journeySuccessOverTime,
  journeyTable,
  milestoneDuration,
  milestoneDurations,
  milestoneOutcomes,
  milestoneSuccess,
} from "../panels/journeys.ts";
import {
  confidenceByType,
  criticRejections,
  decisionConfidence,
  escalations,
  escalationsByPriority,
  qualityAsAlertsSeeIt,
  retries,
  reviewOutcomes,
  safetyBlocks,
  taskSuccess,
  validationOutcomes,
  validationPassRate,
} from "../panels/quality.ts";
import { retriesPerTask } from "../panels/tasks.ts";
import type { Context } from "./context.ts";

/** Whether what comes out is any good, and whether users get to the end. */
export function qualityAndJourneys({ queries: q, thresholds, service, agent }: Context): Board {
  return {
    uid: "crowsnest-quality",
    title: "Quality and journeys",
    description: "Whether what comes out is any good, and whether users get to the end.",
    variables: [service, agent],
    sections: [
      {
        title: "Quality",
        lines: [
          line(
            4,
            [validationPassRate(q, thresholds), 5],
            [criticRejections(q, thresholds), 5],
            [retries(q, thresholds), 5],
            [taskSuccess(q, thresholds), 5],
            [escalations(q), 4],
          ),
          line(8, validationOutcomes(q), reviewOutcomes(q), retriesPerTask(q)),
          line(8, qualityAsAlertsSeeIt(q), escalationsByPriority(q), safetyBlocks(q)),
        ],
      },
      {
        title: "Journeys",
        lines: [
          line(8, [journeySuccess(q, thresholds), 8], journeyTable(q)),
          line(8, journeySuccessOverTime(q), journeyDuration(q)),
        ],
      },
      {
        title: "Milestones",
        lines: [
          line(8, milestoneSuccess(q, thresholds), milestoneOutcomes(q)),
          line(8, milestoneDurations(q), milestoneDuration(q)),
        ],
      },
      { title: "Decisions", lines: [line(8, decisionConfidence(q), confidenceByType(q), decisionsByType(q))] },
    ],
  };
}
