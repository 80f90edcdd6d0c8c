import { z } from "zod";
import { count, percentiles, percentilesOf, share } from "../parts/answer.ts";
import { ratio } from "../parts/sums.ts";
import type { Gathered } from "./gather.ts";

/** What is answered of research, whichever events it was gathered from. */
export const research = z
  .object({
    events: count,
    eventsByType: z.record(z.string(), count),
    coordination: z
      .record(z.string(), count)
      .describe(
        "How agents worked together, by pattern; every handoff counts as one, whether or not it was told as coordination.",
      ),
    decisions: z.object({
      total: count,
      highConfidence: count.describe("0.8 and more."),
      mediumConfidence: count.describe("0.5 to below 0.8."),
      lowConfidence: count,
      withoutConfidence: count,
      meanConfidenceRatio: share,
    }),
    tasks: z.object({
      completed: count,
      failed: count,
      completedPerHour: z.number().nonnegative(),
      durationSeconds: percentiles.describe("Of those that were completed; the mean is that of all of them."),
    }),
    assignments: z.object({
      total: count,
      withAlternatives: count.describe("Somebody else could have had the task."),
      meanAlternatives: z.number().nonnegative().nullable(),
      reassigned: count.describe(
        "The task went to another agent than the one that had it. An alternative alone is no reassignment.",
      ),
      efficiencyRatio: share.describe("Of the assignments, those that did not take a task from somebody else."),
    }),
    failures: z.object({
      total: count,
      recoveryAttempted: count,
      recovered: count,
      recoveryRatio: share.describe("Of the attempts to recover, those that succeeded."),
    }),
    measurements: z.array(
      z.object({
        name: z.string(),
        unit: z.string(),
        count,
        mean: z.number(),
        min: z.number(),
        max: z.number(),
        last: z.number(),
      }),
    ),
  })
  .meta({ id: "Research" });

export function researchOf(gathered: Gathered, hours: number): z.output<typeof research> {
  const { byType, confidence, assignments, failures, taskDurations } = gathered;
  const decisions = byType.get("decision_made") ?? 0;
  return {
    events: [...byType.values()].reduce((sum, one) => sum + one, 0),
    eventsByType: Object.fromEntries([...byType].sort(([, one], [, other]) => other - one)),
    coordination: { parallel: 0, sequential: 0, handoff: 0, ...Object.fromEntries(gathered.patterns) },
    decisions: {
      total: decisions,
      highConfidence: confidence.high,
      mediumConfidence: confidence.medium,
      lowConfidence: confidence.low,
      withoutConfidence: decisions - confidence.count,
      meanConfidenceRatio: ratio(confidence.sum, confidence.count),
    },
    tasks: {
      completed: taskDurations.count,
      failed: gathered.tasksFailed,
      completedPerHour: taskDurations.count / hours,
      durationSeconds: percentilesOf(taskDurations),
    },
    assignments: {
      total: assignments.total,
      withAlternatives: assignments.withAlternatives,
      meanAlternatives: ratio(assignments.alternatives, assignments.total),
      reassigned: assignments.reassigned,
      efficiencyRatio: ratio(assignments.total - assignments.reassigned, assignments.total),
    },
    failures: {
      total: failures.total,
      recoveryAttempted: failures.attempted,
      recovered: failures.recovered,
      recoveryRatio: ratio(failures.recovered, failures.attempted),
    },
    measurements: [...gathered.measurements].map(([name, { sum, count: times, lastMillis: _, ...rest }]) => ({
      name,
      ...rest,
      count: times,
      mean: sum / times,
    })),
  };
}
