import { z } from "zod";
import { journeysView } from "../../../../views/journeys.ts";
import { endpoint } from "../../endpoint.ts";

/** The observatory's figures of journeys, in per cent and snake case as it reads them. */
export const journeyMetricsEndpoint = endpoint({
  path: "/api/cato/metrics/journey",
  tag: "Observatory",
  summary: "How many milestones of users' journeys are reached, and how long that takes.",
  params: z.strictObject({}),
  query: journeysView.query,
  answer: z.object({
    success: z.literal(true),
    metrics: z.object({
      total_milestones: z.number().int().describe("Each counts once: completed, failed, abandoned, or in progress."),
      completed: z.number().int(),
      failed: z.number().int(),
      abandoned: z.number().int(),
      in_progress: z.number().int(),
      completion_rate: z.number().nullable().describe("In per cent of those that ended or were abandoned; null where none did."),
      avg_duration_seconds: z.number().nullable(),
      p95_duration_seconds: z.number().nullable(),
      milestone_type: z.string().nullable(),
      stops: journeysView.answer.shape.stops,
    }),
    period_hours: z.number().int(),
    timestamp: z.iso.datetime(),
  }),
  handle({ query }, context) {
    const found = context.views.read("journeys", query);
    const { completed, failed, abandoned, inProgress, completionRatio, durationSeconds } = found;
    return {
      success: true as const,
      metrics: {
        total_milestones: completed + failed + abandoned + inProgress,
        completed,
        failed,
        abandoned,
        in_progress: inProgress,
        completion_rate: completionRatio === null ? null : completionRatio * 100,
        avg_duration_seconds: durationSeconds.mean,
        p95_duration_seconds: durationSeconds.p95,
        milestone_type: query.milestone_type ?? null,
        stops: found.stops,
      },
      period_hours: query.hours,
      timestamp: new Date(context.lastEventUnixMillis()).toISOString(),
    };
  },
});
