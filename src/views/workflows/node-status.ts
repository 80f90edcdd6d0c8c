import type { Edge, Node, Run, Status } from "./graph.ts";

/**
 * What has become of nodes that do not tell it themselves, by id. An agent that tells of no runs is as its tasks are, else as the
 * handoffs to it ended, else it is at work for as long as the run is, where it called something. A step has no life beyond its run.
 */
export function untoldStatuses(known: Run): ReadonlyMap<string, Status> {
  const nodes = [...known.nodes.values()];
  const tasks = Map.groupBy(nodes, ({ assignedTo }) => assignedTo);
  const handoffs = Map.groupBy(known.edges.values(), ({ kind, to }) => (kind === "handoff" ? to : undefined));
  const statuses = new Map<string, Status>();
  for (const each of nodes) {
    if (each.kind === "step" && each.open > 0 && known.endedMillis !== undefined) statuses.set(each.id, known.status);
    if (each.kind !== "agent" || each.open + each.ended > 0) continue;
    statuses.set(each.id, ofTasks(tasks.get(each.id)) ?? ofHandoffs(handoffs.get(each.id)) ?? ofCalls(each, known));
  }
  return statuses;
}

/** Running where one of them runs, else as the one that ended last. */
function ofTasks(tasks: readonly Node[] = []): Status | undefined {
  if (tasks.some(({ open }) => open > 0)) return "running";
  const ended = tasks.filter(({ ended }) => ended > 0);
  return ended.sort((one, other) => (other.lastEndMillis ?? 0) - (one.lastEndMillis ?? 0))[0]?.status;
}

/** Failed where none of them went well. */
function ofHandoffs(handoffs: readonly Edge[] = []): Status | undefined {
  const answered = handoffs.filter(({ count }) => count > 0);
  if (answered.length === 0) return undefined;
  return answered.every(({ count, failed }) => failed === count) ? "failed" : "succeeded";
}

function ofCalls({ modelCalls, toolCalls, tokens }: Node, known: Run): Status {
  return modelCalls + toolCalls + tokens > 0 ? known.status : "waiting";
}
