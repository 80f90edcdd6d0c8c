import { z } from "zod";
import type { EventType } from "../../../../events/types.ts";
import { percentiles } from "../../../../views/parts/answer.ts";
import { hoursOfWeek } from "../../../../views/parts/period.ts";
import { HOUR_MILLIS } from "../../../../views/parts/tiers.ts";
import { research, researchOf } from "../../../../views/research/answer.ts";
import { gather, nothingGathered, researchTypes, takesFromAnother } from "../../../../views/research/gather.ts";
import { type ApiContext, endpoint } from "../../endpoint.ts";
import { eventTypeOf } from "../../event-type.ts";

/** Events of one session or type that are read from the store for one answer. */
const MAX_EVENTS = 50_000;
const PAGE_EVENTS = 5_000;

const count = z.number().int();

/** The observatory's figures of research: of everybody or one agent from the view, of one session or type from the store. */
export const researchMetricsEndpoint = endpoint({
  path: "/api/cato/metrics/research",
  tag: "Observatory",
  summary: "Coordination, decisions, completion times, assignments and recoveries, as studies read them.",
  params: z.strictObject({}),
  query: z.strictObject({
    event_type: eventTypeOf(researchTypes)
      .optional()
      .describe(`One of ${researchTypes.join(", ")}; or the name that another system has for one of them.`),
    agent_id: z.string().optional().describe("The id of the snapshot, or a name, which agents of several services may have."),
    session_id: z.string().optional(),
    hours: hoursOfWeek,
  }),
  answer: z.object({
    success: z.literal(true),
    metrics: z.object({
      total_events: count,
      event_types: z.record(z.string(), count),
      coordination_patterns: z.record(z.string(), count),
      decision_quality: z.object({ high_confidence: count, medium_confidence: count, low_confidence: count }),
      performance: z.object({
        avg_task_completion_time: z.number().nullable().describe("In seconds, of the tasks that were completed."),
        throughput: z.number().describe("Tasks completed per hour."),
        task_completion_time: percentiles,
      }),
      assignments: research.shape.assignments,
      failures: research.shape.failures,
      measurements: research.shape.measurements,
    }),
    event_count: count,
    is_cut: z.boolean().describe(`Whether there were more events than the ${MAX_EVENTS} that were looked at.`),
    period_hours: count,
    timestamp: z.iso.datetime(),
  }),
  async handle({ query: { event_type, agent_id, session_id, hours } }, context) {
    const { agent, service } = whoIs(agent_id, context);
    const inView = event_type === undefined && session_id === undefined && service === undefined;
    const { found, isCut } = inView
      ? { found: context.views.read("research", { hours, agent }), isCut: false }
      : await fromStore(context, hours, {
          types: event_type === undefined ? researchTypes : [event_type],
          agent,
          service,
          sessionId: session_id,
        });
    return {
      success: true as const,
      metrics: {
        total_events: found.events,
        event_types: found.eventsByType,
        coordination_patterns: found.coordination,
        decision_quality: {
          high_confidence: found.decisions.highConfidence,
          medium_confidence: found.decisions.mediumConfidence,
          low_confidence: found.decisions.lowConfidence,
        },
        performance: {
          avg_task_completion_time: found.tasks.durationSeconds.mean,
          throughput: found.tasks.completedPerHour,
          task_completion_time: found.tasks.durationSeconds,
        },
        assignments: found.assignments,
        failures: found.failures,
        measurements: found.measurements,
      },
      event_count: found.events,
      is_cut: isCut,
      period_hours: hours,
      timestamp: new Date(context.lastEventUnixMillis()).toISOString(),
    };
  },
});

/** Whom an id means: one agent of one service, as `/api/cato/agent/{id}` has it, or whoever has that name. */
function whoIs(id: string | undefined, { views }: ApiContext): Pick<Wanted, "agent" | "service"> {
  const { agents } = id === undefined ? { agents: [] } : views.read("agents", { agent: id });
  const [found] = agents;
  if (found === undefined || agents.some(({ name }) => name === id)) return { agent: id, service: undefined };
  return { agent: found.name, service: found.service };
}

interface Wanted {
  readonly types: readonly EventType[];
  readonly agent: string | undefined;
  readonly service: string | undefined;
  readonly sessionId: string | undefined;
}

async function fromStore(context: ApiContext, hours: number, { types, agent, service, sessionId }: Wanted) {
  const gathered = nothingGathered();
  const owners = new Map<string, string>();
  let [cursor, seen]: [string | undefined, number] = [undefined, 0];
  // Who had a task before is told by somebody else's event.
  const isOfAll = agent === undefined || types.includes("task_assigned");
  do {
    const page = await context.query({
      types,
      ...(isOfAll ? {} : { agents: [agent] }),
      ...(sessionId === undefined ? {} : { sessionId }),
      sinceUnixMillis: Date.now() - hours * HOUR_MILLIS,
      limit: PAGE_EVENTS,
      ...(cursor === undefined ? {} : { cursor }),
    });
    for (const event of page.events) {
      const isReassigned = takesFromAnother(owners, event);
      if (agent !== undefined && event.agent !== agent) continue;
      if (service === undefined || event.source === service) gather(gathered, event, isReassigned);
    }
    seen += page.events.length;
    cursor = page.nextCursor;
  } while (cursor !== undefined && seen < MAX_EVENTS);
  return { found: researchOf(gathered, hours), isCut: cursor !== undefined };
}
