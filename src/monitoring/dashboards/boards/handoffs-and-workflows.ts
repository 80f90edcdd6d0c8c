import type { Board } from "../board.ts";
import { line } from "../layout.ts";
import {
  handoffDuration,
  handoffDurationByPair,
  handoffDurations,
  handoffOutcomes,
  handoffRate,
  handoffsByPair,
  handoffsInProgress,
  whoHandsToWhom,
} from "../panels/handoffs.ts";
import { assignments, queueTime, queueTimes, taskDurations } from "../panels/tasks.ts";
import {
  workflowDuration,
  workflowDurations,
  workflowFailures,
  workflowOutcomes,
  workflowsInProgress,
} from "../panels/workflows.ts";
import type { Context } from "./context.ts";

/** Who hands to whom, where work waits, and how whole runs end. */
export function handoffsAndWorkflows({ queries: q, thresholds, service, agent }: Context): Board {
  return {
    uid: "crowsnest-handoffs",
    title: "Handoffs and workflows",
    description: "Who hands to whom, where work waits, and how whole runs end.",
    variables: [service, agent],
    sections: [
      { title: "Who hands to whom", lines: [line(13, whoHandsToWhom(q), handoffsByPair(q, thresholds))] },
      {
        title: "Handoffs",
        lines: [
          line(8, handoffRate(q), handoffOutcomes(q), handoffsInProgress(q)),
          line(8, handoffDurations(q), handoffDuration(q), handoffDurationByPair(q)),
        ],
      },
      { title: "Queue", lines: [line(8, queueTimes(q), queueTime(q)), line(8, assignments(q), taskDurations(q))] },
      {
        title: "Workflows",
        lines: [
          line(8, workflowsInProgress(q), workflowOutcomes(q), workflowFailures(q)),
          line(8, workflowDurations(q), workflowDuration(q)),
        ],
      },
    ],
  };
}
