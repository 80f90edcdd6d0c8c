const MAX_NODES_PER_RUN = 5_000;
const MAX_EDGES_PER_RUN = 20_000;

export const statuses = ["waiting", "running", "succeeded", "failed", "cancelled", "abandoned"] as const;
export type Status = (typeof statuses)[number];

export interface Node {
  readonly id: string;
  readonly kind: "agent" | "task" | "step";
  readonly name: string;
  status: Status;
  /** Runs of an agent, attempts at a task, times that a step began, that have not ended. */
  open: number;
  ended: number;
  /** How many of these ended before their beginning was told. */
  earlyEnds: number;
  /** Of a task, the node of the agent that has it or had it last. */
  assignedTo: string | undefined;
  failed: number;
  modelCalls: number;
  toolCalls: number;
  errors: number;
  tokens: number;
  costUsd: number;
  durationSeconds: number;
  startedMillis: number | undefined;
  /** When it ended last, whether it was begun anew since or not. */
  lastEndMillis: number | undefined;
}

export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly kind: "handoff" | "assignment" | "dependency";
  count: number;
  failed: number;
  durationSeconds: number;
  /** Nobody said so: it follows from where spans stand. */
  inferred: boolean;
}

/** One run as a graph, while it is gathered. */
export interface Run {
  readonly id: string;
  readonly service: string;
  name: string | undefined;
  status: Status;
  sessionId: string | undefined;
  startedMillis: number;
  endedMillis: number | undefined;
  lastMillis: number;
  events: number;
  errors: number;
  tokens: number;
  costUsd: number;
  readonly nodes: Map<string, Node>;
  readonly edges: Map<string, Edge>;
  /** Whether there was more than fits. */
  isCut: boolean;
}

export function agentNode(known: Run, name: string | undefined): Node | undefined {
  return name === undefined ? undefined : nodeOf(known, "agent", `agent:${name}`, name);
}

export function nodeOf(known: Run, kind: Node["kind"], id: string, name: string): Node | undefined {
  const there = known.nodes.get(id);
  if (there !== undefined) return there;
  if (known.nodes.size >= MAX_NODES_PER_RUN) {
    known.isCut = true;
    return undefined;
  }
  const made: Node = {
    id,
    kind,
    name,
    status: "waiting",
    open: 0,
    ended: 0,
    earlyEnds: 0,
    assignedTo: undefined,
    failed: 0,
    modelCalls: 0,
    toolCalls: 0,
    errors: 0,
    tokens: 0,
    costUsd: 0,
    durationSeconds: 0,
    startedMillis: undefined,
    lastEndMillis: undefined,
  };
  known.nodes.set(id, made);
  return made;
}

export function edgeOf(known: Run, kind: Edge["kind"], from: string, to: string, inferred: boolean): Edge | undefined {
  const key = `${kind} ${from} ${to}`;
  const there = known.edges.get(key);
  if (there !== undefined) {
    there.inferred &&= inferred;
    return there;
  }
  if (known.edges.size >= MAX_EDGES_PER_RUN) {
    known.isCut = true;
    return undefined;
  }
  const made: Edge = { from, to, kind, count: 0, failed: 0, durationSeconds: 0, inferred };
  known.edges.set(key, made);
  return made;
}

export function begin(each: Node | undefined, timeUnixMillis: number): void {
  if (each === undefined) return;
  each.startedMillis = Math.min(each.startedMillis ?? timeUnixMillis, timeUnixMillis);
  if (each.earlyEnds > 0 && !isAfterEnd(each, timeUnixMillis)) {
    each.earlyEnds -= 1;
    return;
  }
  each.open += 1;
  each.status = "running";
}

/** A task is open once at most: given to somebody else, its last try is over. */
export function beginTask(task: Node, assignedTo: string | undefined, timeUnixMillis: number): void {
  if (!isAfterEnd(task, timeUnixMillis)) {
    task.startedMillis = Math.min(task.startedMillis ?? timeUnixMillis, timeUnixMillis);
    task.assignedTo ??= assignedTo;
    return;
  }
  task.assignedTo = assignedTo;
  if (task.open > 0) task.ended += 1;
  else begin(task, timeUnixMillis);
}

/** A second try may follow within the same millisecond; where an end came without its start, that is what begins there. */
function isAfterEnd({ lastEndMillis, earlyEnds }: Node, timeUnixMillis: number): boolean {
  return lastEndMillis === undefined || timeUnixMillis > lastEndMillis || (timeUnixMillis === lastEndMillis && earlyEnds === 0);
}

export function finish(each: Node | undefined, outcome: string, durationSeconds: number, timeUnixMillis: number): void {
  if (each === undefined) return;
  if (each.open > 0) each.open -= 1;
  else each.earlyEnds += 1;
  each.ended += 1;
  each.durationSeconds += durationSeconds;
  each.startedMillis ??= timeUnixMillis - durationSeconds * 1_000;
  if (outcome !== "success") each.failed += 1;
  if (timeUnixMillis < (each.lastEndMillis ?? timeUnixMillis)) return;
  each.status = each.open > 0 ? "running" : statusOf(outcome);
  each.lastEndMillis = timeUnixMillis;
}

export function statusOf(outcome: string): Status {
  if (outcome === "success") return "succeeded";
  return outcome === "cancelled" || outcome === "abandoned" ? outcome : "failed";
}
