import type { Boundary } from "../events/operations.ts";
import type { AgentEvent } from "../events/types.ts";
import { copyOf, type Restorable } from "./restorable.ts";
import { isSignOfLife } from "./sign-of-life.ts";

/** Most agents that are followed; beyond it new names are not, as their metrics would become `other` anyway. */
const MAX_AGENTS = 5_000;

/** What is known of one agent of one service. */
export interface RosterEntry {
  readonly source: string;
  readonly agent: string;
  role: string | undefined;
  /** Runs and tasks that it has and has not finished. */
  open: number;
  lastSeenMillis: number;
  /** All its time at work, and how much of it was taken, see {@link AgentRoster.takeActiveSeconds}. */
  activeMillis: number;
  takenMillis: number;
  /** Up to where its time at work has been added up. */
  accountedUntilMillis: number;
}

/** By service and name. */
type Entries = ReadonlyMap<string, Map<string, RosterEntry>>;

/**
 * Who is there, and when each agent was at work. Time counts once however much work overlaps: while a run or a task is open the
 * clock runs, and work that is told only after the fact (a model call without a run around it) adds what is not covered yet.
 */
export class AgentRoster implements Restorable<Entries> {
  #entries = new Map<string, Map<string, RosterEntry>>();
  #size = 0;
  #latest: RosterEntry | undefined;

  /** Agents that have a run or a task, by name. */
  get active(): string[] {
    const names = new Set<string>();
    for (const { agent, open } of this.all()) if (open > 0) names.add(agent);
    return [...names];
  }

  *all(): IterableIterator<RosterEntry> {
    for (const agents of this.#entries.values()) yield* agents.values();
  }

  save(): Entries {
    return new Map([...this.#entries].map(([source, agents]) => [source, copyOf(agents)]));
  }

  /** Nothing of it was taken yet: whoever takes begins anew as well, as counters do with each process. */
  restore(entries: Entries): void {
    this.#entries = new Map(entries);
    this.#latest = undefined;
    this.#size = 0;
    for (const entry of this.all()) {
      entry.takenMillis = 0;
      this.#size += 1;
    }
  }

  /** `closed` is the start of the work that the event ended or took the place of; the event itself where it begins what has ended. */
  apply(event: AgentEvent, boundary: Boundary | undefined, closed: AgentEvent | undefined): void {
    if (!isSignOfLife(event.type)) return;
    const entry = this.#entryOf(event.source, event.agent, event.timeUnixMillis);
    if (entry !== undefined) {
      account(entry, event.timeUnixMillis, toldAfterTheFact(event, closed) * 1_000);
      if (event.timeUnixMillis > entry.lastSeenMillis) entry.lastSeenMillis = event.timeUnixMillis;
      if ((event.type === "agent_registered" || event.type === "agent_started") && event.data.role !== undefined) {
        entry.role = event.data.role;
      }
    }
    // The piece of work may belong to another agent than the event that ends it: a task can be given to somebody else.
    if (boundary === undefined || !isOwnTime(boundary) || closed === event) return;
    if (closed !== undefined) this.#count(closed, event, -1);
    if (boundary.edge === "start") this.#count(event, event, 1);
  }

  /** Time at work up to `nowMillis` that was not taken before, in seconds; running work is included. */
  takeActiveSeconds(entry: RosterEntry, nowMillis: number): number {
    if (entry.open > 0) account(entry, nowMillis, 0);
    const untakenMillis = entry.activeMillis - entry.takenMillis;
    entry.takenMillis = entry.activeMillis;
    return untakenMillis / 1_000;
  }

  #count(start: AgentEvent, event: AgentEvent, by: 1 | -1): void {
    const entry = this.#entryOf(start.source, start.agent, event.timeUnixMillis);
    if (entry === undefined) return;
    account(entry, event.timeUnixMillis, 0);
    entry.accountedUntilMillis = Math.max(entry.accountedUntilMillis, event.timeUnixMillis);
    entry.open = Math.max(0, entry.open + by);
  }

  #entryOf(source: string, agent: string | undefined, nowMillis: number): RosterEntry | undefined {
    if (agent === undefined) return undefined;
    // Events come in runs of one agent's.
    if (this.#latest?.agent === agent && this.#latest.source === source) return this.#latest;
    let agents = this.#entries.get(source);
    const known = agents?.get(agent);
    if (known !== undefined) this.#latest = known;
    if (known !== undefined || this.#size >= MAX_AGENTS) return known;
    if (agents === undefined) {
      agents = new Map();
      this.#entries.set(source, agents);
    }
    const entry: RosterEntry = {
      source,
      agent,
      role: undefined,
      open: 0,
      lastSeenMillis: nowMillis,
      activeMillis: 0,
      takenMillis: 0,
      accountedUntilMillis: 0,
    };
    agents.set(agent, entry);
    this.#size += 1;
    this.#latest = entry;
    return entry;
  }
}

/** Adds the time up to `nowMillis` that the agent was at work and that is not in yet. */
function account(entry: RosterEntry, nowMillis: number, durationMillis: number): void {
  const uncoveredMillis = nowMillis - entry.accountedUntilMillis;
  if (uncoveredMillis <= 0) return;
  if (entry.open > 0) entry.activeMillis += uncoveredMillis;
  else if (durationMillis > 0) entry.activeMillis += Math.min(durationMillis, uncoveredMillis);
  // Merely being heard of covers nothing: a heartbeat in the middle of a call must not take the call's first half away.
  else return;
  entry.accountedUntilMillis = nowMillis;
}

/** Runs and tasks are an agent's own time; a handoff or a milestone is not. */
function isOwnTime({ kind }: Boundary): boolean {
  return kind === "agentRun" || kind === "task";
}

/** Seconds of work that an event tells at its end. What was seen to begin is covered by its start and tells none. */
function toldAfterTheFact(event: AgentEvent, closed: AgentEvent | undefined): number {
  switch (event.type) {
    case "decision_made":
      return event.data.durationSeconds ?? 0;
    case "model_called":
    case "tool_called":
      return event.data.durationSeconds;
    case "agent_completed":
    case "task_completed":
    case "task_failed":
      return closed === undefined ? event.data.durationSeconds : 0;
    default:
      return 0;
  }
}
