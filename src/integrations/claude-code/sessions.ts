import type { AgentEvent } from "../../events/types.ts";
import { copyOf, type Restorable } from "../../folds/restorable.ts";
import { CLAUDE_CODE, type Draft, idWithin } from "./identity.ts";
import { RecentMap } from "./recent-map.ts";

/** Most sessions that are followed; the one that was silent for the longest time gives way. */
const MAX_SESSIONS = 5_000;
/** Most subagents and tasks of all sessions that are followed, and most subagents of one that run at once. */
const MAX_SUBAGENTS = 20_000;
const MAX_TASKS = 20_000;
const MAX_OPEN_RUNS = 100;

/** The run of an agent, while it lasts. */
export interface Run {
  readonly agent: string;
  readonly operationId: string;
  readonly startUnixMillis: number;
}

/** A subagent: what it is called, how many runs it has begun, and the one that has not ended. */
interface Subagent {
  readonly agent: string;
  readonly runs: number;
  readonly open: Run | undefined;
}

/** What is known of one session. */
export interface Session {
  /** Undefined while it has not begun, and once it has ended. */
  workflow: { readonly name: string; readonly startUnixMillis: number } | undefined;
  /** What the main agent is doing, from a prompt to the end of its answer. */
  turn: Run | undefined;
  /** What the last turn failed with. */
  failure: string | undefined;
  mainAgent: string;
  /** Runs of subagents that have not ended, by the subagents' ids. */
  readonly openRuns: Map<string, Run>;
  lastUnixMillis: number;
}

interface Task {
  readonly name: string | undefined;
  /** When an agent took it, or else when it was made. */
  readonly startUnixMillis: number;
}

interface Saved {
  readonly sessions: ReadonlyMap<string, Session>;
  readonly subagents: ReadonlyMap<string, Subagent>;
  readonly tasks: ReadonlyMap<string, Task>;
}

/**
 * What has to be known of Claude Code's sessions to tell the next thing about them: what began when, and who is called what. It is a fold
 * over the events that were told, so a restart rebuilds it from the stored ones.
 */
export class Sessions implements Restorable<Saved> {
  readonly #sessions = new RecentMap<string, Session>(MAX_SESSIONS);
  readonly #subagents = new RecentMap<string, Subagent>(MAX_SUBAGENTS);
  readonly #tasks = new RecentMap<string, Task>(MAX_TASKS);

  save(): Saved {
    const sessions = copyOf(this.#sessions.save());
    for (const [id, session] of sessions) sessions.set(id, { ...session, openRuns: new Map(session.openRuns) });
    return { sessions, subagents: this.#subagents.save(), tasks: this.#tasks.save() };
  }

  restore({ sessions, subagents, tasks }: Saved): void {
    this.#sessions.restore(sessions);
    this.#subagents.restore(subagents);
    this.#tasks.restore(tasks);
  }

  /** Undefined where nothing was told of it. */
  find(sessionId: string): Session | undefined {
    return this.#sessions.get(sessionId);
  }

  isOpen(sessionId: string): boolean {
    return this.#sessions.get(sessionId)?.workflow !== undefined;
  }

  mainAgent(sessionId: string): string {
    return this.#sessions.get(sessionId)?.mainAgent ?? CLAUDE_CODE;
  }

  subagent(sessionId: string, agentId: string): Subagent | undefined {
    return this.#subagents.get(idWithin(sessionId, agentId));
  }

  /** What a subagent is called, where that is told beside what it does. */
  name(sessionId: string, agentId: string, agent: string): void {
    const id = idWithin(sessionId, agentId);
    if (this.#subagents.get(id) === undefined) this.#subagents.set(id, { agent, runs: 0, open: undefined });
  }

  task(taskId: string): Task | undefined {
    return this.#tasks.get(taskId);
  }

  /** Something was heard of a session at that moment. */
  heard(sessionId: string, unixMillis: number): void {
    this.#session(sessionId, unixMillis);
  }

  /** Takes in what was told of a session, or read back from the store. Other events change nothing. */
  apply(event: Draft | AgentEvent): void {
    const { sessionId } = event;
    if (sessionId === undefined || event.timeUnixMillis === undefined) return;
    switch (event.type) {
      case "workflow_started": {
        const session = this.#session(sessionId, event.timeUnixMillis);
        session.workflow = { name: event.data.name, startUnixMillis: event.timeUnixMillis };
        session.failure = undefined;
        return;
      }
      case "workflow_completed":
      case "workflow_failed":
        this.#session(sessionId, event.timeUnixMillis).workflow = undefined;
        return;
      case "agent_started":
      case "agent_completed": {
        const { agent = CLAUDE_CODE, agentId, operationId } = event;
        if (agentId === undefined || operationId === undefined) return;
        const session = this.#session(sessionId, event.timeUnixMillis);
        const run = { agent, operationId, startUnixMillis: event.timeUnixMillis };
        if (agentId !== sessionId) return this.#runSubagent(session, idWithin(sessionId, agentId), agentId, run, event.type);
        session.turn = event.type === "agent_started" ? run : undefined;
        session.mainAgent = agent;
        session.failure = event.type === "agent_completed" && event.data.outcome === "failure" ? event.data.errorType : undefined;
        return;
      }
      case "task_queued":
      case "task_assigned":
        if (event.taskId !== undefined) this.#begin(event.taskId, event.data.name, event.timeUnixMillis);
        return;
      case "task_completed":
      case "task_failed":
        if (event.taskId !== undefined) this.#tasks.delete(event.taskId);
    }
  }

  #runSubagent(session: Session, id: string, agentId: string, run: Run, type: "agent_started" | "agent_completed"): void {
    const { agent, operationId } = run;
    const known = this.#subagents.get(id);
    if (type === "agent_started") {
      this.#subagents.set(id, { agent, runs: numberOf(operationId), open: run });
      if (session.openRuns.size < MAX_OPEN_RUNS) session.openRuns.set(agentId, run);
      return;
    }
    // The end of a run that is over already, told again, must not end the one after it.
    if (known?.open === undefined || known.open.operationId === operationId) {
      this.#subagents.set(id, { agent: known?.agent ?? agent, runs: numberOf(operationId), open: undefined });
    }
    if (session.openRuns.get(agentId)?.operationId === operationId) session.openRuns.delete(agentId);
  }

  #session(sessionId: string, unixMillis: number): Session {
    let session = this.#sessions.get(sessionId);
    if (session === undefined) {
      session = {
        workflow: undefined,
        turn: undefined,
        failure: undefined,
        mainAgent: CLAUDE_CODE,
        openRuns: new Map(),
        lastUnixMillis: unixMillis,
      };
      this.#sessions.set(sessionId, session);
    }
    session.lastUnixMillis = Math.max(session.lastUnixMillis, unixMillis);
    return session;
  }

  #begin(taskId: string, name: string | undefined, startUnixMillis: number): void {
    this.#tasks.set(taskId, { name: name ?? this.#tasks.get(taskId)?.name, startUnixMillis });
  }
}

/** A subagent may be asked again after it has answered: its runs are counted, and the number ends what ties a run together. */
function numberOf(operationId: string): number {
  return Number(/-(\d+)$/.exec(operationId)?.[1] ?? 1);
}
