import type { Outcome } from "../../events/fields.ts";
import { UNNAMED } from "../../instrument/clean.ts";
import { type AnyWork, type Place, surroundingsOf, type Work } from "../../instrument/face.ts";
import type { WorkHandle } from "../../instrument/operation.ts";
import { isOrHolds, type RunEnding } from "./ending.ts";
import type { Metadata } from "./options.ts";
import type { NodeRun, Steps } from "./steps.ts";

/** A handoff that a tool made, until the agent that it names begins. */
export interface PendingHandoff {
  /** The names that the receiver may go by. */
  readonly receivers: ReadonlySet<string>;
  readonly work: Work<WorkHandle>;
}

export interface RunStart {
  readonly id: string;
  readonly name: string;
  readonly metadata: Metadata;
}

/** One run of the framework, of whatever kind, while it is open. */
export class Run {
  readonly id: string;
  readonly name: string;
  readonly metadata: Metadata;
  readonly parent: Run | undefined;
  readonly root: Run;
  readonly children = new Set<Run>();
  readonly startedUnixMillis = performance.timeOrigin + performance.now();
  /** The host's own work around it, where that lies between it and its parent; for a root, wherever it began. */
  readonly place: Place | undefined;
  /** What it is in the vocabulary, innermost first; nothing for most of a chain's parts. */
  readonly works: Work<WorkHandle>[] = [];
  /** The agent that it is. */
  agent: string | undefined;
  /** Where it is a graph's node. */
  node: NodeRun | undefined;
  /** A node that may turn out to be an agent. */
  mayBeAgent = false;
  /** Where nodes run in it. */
  steps: Steps | undefined;
  isTool = false;
  taskId: string | undefined;
  /** The error that was told in it last. */
  told: unknown;
  /** Something in it has asked a person. */
  hasAsked = false;
  /** How it was broken off, if it was. */
  brokenOff: Outcome | undefined;
  /** For a root: the handoff that a tool in it made last. */
  pending: PendingHandoff | undefined;
  /** For an agent: notes it as the one whose work goes on from the nodes that it ran in. */
  leave: (() => void) | undefined;
  /** For a model's call: when the first part of its answer was there. */
  firstTokenSeconds: number | undefined;
  /** For a root: when something was heard of it, or of a run in it. */
  lastHeardMillis = performance.now();
  /** Something of the host's is about to happen in it. */
  beforeInside: () => void = () => undefined;
  /** It is over. */
  settle: (ending: RunEnding) => void = () => undefined;

  constructor({ id, name, metadata }: RunStart, parent: Run | undefined, place: Place | undefined) {
    this.id = id;
    this.name = name;
    this.metadata = metadata;
    this.parent = parent;
    this.root = parent?.root ?? this;
    this.place = place;
    parent?.children.add(this);
    this.root.lastHeardMillis = this.lastHeardMillis;
  }

  /** It and the runs around it, innermost first. */
  *line(): Generator<Run> {
    for (let run: Run | undefined = this; run !== undefined; run = run.parent) yield run;
  }

  /** What happens inside of it belongs to this. */
  get inside(): AnyWork | Place {
    for (const { works, place } of this.line()) {
      const around = works[0] ?? place;
      if (around !== undefined) return around;
    }
    throw new Error("a run stands nowhere");
  }

  /** The agent whose work it is part of: the one around, or else the one that led to the node it is in. */
  get agentAround(): string | undefined {
    for (const { agent, place, node } of this.line()) {
      const known = agent ?? (place && surroundingsOf(place)?.scope.agent) ?? node?.from[0];
      if (known !== undefined) return known;
    }
    return undefined;
  }

  /** The same for calls that need a name: outside of agents, it is that of the whole chain. */
  get agentAtWork(): string {
    return this.agentAround ?? (this.root === this ? UNNAMED : this.root.name);
  }

  get secondsSoFar(): number {
    return Math.max(0, performance.timeOrigin + performance.now() - this.startedUnixMillis) / 1_000;
  }

  /** Becomes a piece of work inside of those that it is already. */
  enter(work: Work<WorkHandle>): void {
    this.works.unshift(work);
  }

  /** An error was told in here, and may pass what is around on its way out. */
  noteTold(error: unknown): void {
    for (const run of this.line()) run.told = error;
  }

  /** It was broken off, and so was what is around where that throws. */
  noteBrokenOff(outcome: Outcome): void {
    for (const run of this.line()) run.brokenOff = outcome;
  }

  hasTold(error: unknown): boolean {
    return this.told !== undefined && isOrHolds(error, this.told);
  }
}
