import { z } from "zod";
import { count, moment, momentOf, momentOrNull, seconds, tokens, usd } from "../parts/answer.ts";
import { type Run, statuses } from "./graph.ts";
import { untoldStatuses } from "./node-status.ts";

export const status = z.enum(statuses);

export const run = z
  .object({
    id: z.string(),
    service: z.string(),
    name: z.string().nullable(),
    status,
    sessionId: z.string().nullable(),
    startedAt: moment,
    endedAt: moment.nullable(),
    durationSeconds: seconds.nullable().describe("From its start to its end, or to its last event while it runs."),
    events: count,
    agents: count,
    tasks: count,
    errors: count,
    tokens,
    costUsd: usd,
  })
  .meta({ id: "WorkflowRun" });

const node = z
  .object({
    id: z.string(),
    kind: z.enum(["agent", "task", "step"]),
    name: z.string(),
    status: status.describe("Of an agent that tells of no runs: as its tasks, its handoffs or its calls have it."),
    runs: count.describe("How often it was run or tried."),
    failed: count,
    modelCalls: count,
    toolCalls: count,
    errors: count,
    tokens,
    costUsd: usd,
    durationSeconds: seconds.describe("Of all its runs together."),
    startedAt: moment.nullable(),
    endedAt: moment.nullable(),
  })
  .meta({ id: "WorkflowNode" });

const edge = z
  .object({
    from: z.string(),
    to: z.string(),
    kind: z.enum(["handoff", "assignment", "dependency"]),
    count: count.describe("Handoffs that were answered or given up, assignments; 1 for a dependency."),
    failed: count,
    durationSeconds: seconds,
    inferred: z.boolean().describe("Nobody told of it: it follows from where spans stand."),
  })
  .meta({ id: "WorkflowEdge" });

/** One run as a graph: agents, tasks and steps, and what went between them. */
export const workflowGraph = run
  .extend({ nodes: z.array(node), edges: z.array(edge), isCut: z.boolean().describe("Whether there was more than is kept.") })
  .meta({ id: "WorkflowGraph" });

export type WorkflowGraph = z.output<typeof workflowGraph>;

export function runAnswer(known: Run): z.output<typeof run> {
  const nodes = [...known.nodes.values()];
  return {
    id: known.id,
    service: known.service,
    name: known.name ?? null,
    status: known.status,
    sessionId: known.sessionId ?? null,
    startedAt: momentOf(known.startedMillis),
    endedAt: momentOrNull(known.endedMillis),
    durationSeconds: Math.max(0, (known.endedMillis ?? known.lastMillis) - known.startedMillis) / 1_000,
    events: known.events,
    agents: nodes.filter(({ kind }) => kind === "agent").length,
    tasks: nodes.filter(({ kind }) => kind === "task").length,
    errors: known.errors,
    tokens: known.tokens,
    costUsd: known.costUsd,
  };
}

export function graphOf(known: Run): WorkflowGraph {
  const statuses = untoldStatuses(known);
  return {
    ...runAnswer(known),
    nodes: [...known.nodes.values()].map(({ open, ended, earlyEnds, assignedTo, startedMillis, lastEndMillis, ...rest }) => ({
      ...rest,
      status: statuses.get(rest.id) ?? rest.status,
      runs: open + ended,
      startedAt: momentOrNull(startedMillis),
      endedAt: momentOrNull(open > 0 ? undefined : lastEndMillis),
    })),
    edges: [...known.edges.values()].map((each) => ({ ...each })),
    isCut: known.isCut,
  };
}
