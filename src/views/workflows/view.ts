import { z } from "zod";
import { eventTypes } from "../../events/families.ts";
import type { StoredEvent } from "../../events/types.ts";
import { touch } from "../../folds/put-last.ts";
import { defineView } from "../view.ts";
import { graphOf, run, runAnswer, status, workflowGraph } from "./answer.ts";
import { applyTo } from "./apply.ts";
import type { Run } from "./graph.ts";

/** Most runs that are kept; the one that was heard of longest ago gives way. */
const MAX_RUNS = 500;
/** Most nodes of all runs together. */
const MAX_NODES = 100_000;
/** The same of edges: each of a hundred nodes may have one to every other. */
const MAX_EDGES = 200_000;

export interface State {
  readonly runs: Map<string, Run>;
  nodes: number;
  edges: number;
}

/** Everything that carries the id of a run belongs to it. */
export const workflowsView = defineView({
  summary:
    "The last runs of workflows, the one that began last first; one run by its id comes as a graph with a status per node.",
  version: 4,
  types: eventTypes,
  query: z.strictObject({
    id: z.string().optional(),
    name: z.string().optional(),
    status: status.optional(),
    limit: z.coerce.number().int().min(1).max(MAX_RUNS).default(100),
  }),
  answer: z.object({ runs: z.array(run), graph: workflowGraph.optional() }),
  initial: (): State => ({ runs: new Map(), nodes: 0, edges: 0 }),
  apply(state, event, timeUnixMillis) {
    if (event.workflowId === undefined) return;
    const known = runOf(state, event, timeUnixMillis);
    known.events += 1;
    known.lastMillis = Math.max(known.lastMillis, timeUnixMillis);
    known.sessionId = event.sessionId ?? known.sessionId;
    const [nodes, edges] = [known.nodes.size, known.edges.size];
    applyTo(known, event, timeUnixMillis);
    state.nodes += known.nodes.size - nodes;
    state.edges += known.edges.size - edges;
    letGo(state);
  },
  read({ runs }, { id, name, status: wanted, limit }) {
    const one = id === undefined ? undefined : runs.get(id);
    if (id !== undefined) return { runs: one === undefined ? [] : [runAnswer(one)], ...(one && { graph: graphOf(one) }) };
    return {
      runs: [...runs.values()]
        .reverse()
        .sort((one, other) => other.startedMillis - one.startedMillis)
        .filter((each) => (name === undefined || each.name === name) && (wanted === undefined || each.status === wanted))
        .slice(0, limit)
        .map(runAnswer),
    };
  },
});

function runOf(state: State, { workflowId, source }: StoredEvent, timeUnixMillis: number): Run {
  const id = workflowId as string;
  return touch(state.runs, id, Number.POSITIVE_INFINITY, () => ({
    id,
    service: source,
    name: undefined,
    status: "running" as const,
    sessionId: undefined,
    startedMillis: timeUnixMillis,
    endedMillis: undefined,
    lastMillis: timeUnixMillis,
    events: 0,
    errors: 0,
    tokens: 0,
    costUsd: 0,
    nodes: new Map(),
    edges: new Map(),
    isCut: false,
  }));
}

function letGo(state: State): void {
  while (state.runs.size > MAX_RUNS || ((state.nodes > MAX_NODES || state.edges > MAX_EDGES) && state.runs.size > 1)) {
    const [oldest] = state.runs.values();
    if (oldest === undefined) return;
    state.runs.delete(oldest.id);
    state.nodes -= oldest.nodes.size;
    state.edges -= oldest.edges.size;
  }
}
