import type { AgentEvent } from "../events/types.ts";
import type { OpenOperation, OpenOperations } from "../folds/open-operations.ts";
import { abandonedEnd } from "./derived.ts";
import type { RunningWork } from "./running-work.ts";

/**
 * Knows better than silence whether work goes on, by the event that began it: true while it does, false once it is given up, undefined
 * where that is not for it to say.
 */
export type Judge = (start: AgentEvent, nowMillis: number) => boolean | undefined;

/** All that has begun and not ended, wherever it runs: what of it goes on, and what nobody will end any more. */
export class WatchedWork {
  readonly judges: Judge[] = [];
  readonly #operations: OpenOperations;
  readonly #running = new Set<RunningWork>();

  constructor(operations: OpenOperations) {
    this.#operations = operations;
  }

  /** Work in here is alive however silent its service is. */
  protect(running: RunningWork): void {
    this.#running.add(running);
  }

  /**
   * The ends of work that was given up, or whose service has been silent since the given moment; none of it runs in this process. What
   * is silent ended when it was heard of last: had it gone on until now, an agent that died would have been at work for minutes more.
   */
  abandonedEnds(silentSinceMillis: number, nowMillis: number): AgentEvent[] {
    const silent = this.#operations.silentSince(silentSinceMillis);
    const over = [...silent.filter(({ start }) => this.#goesOn(start, nowMillis) === undefined), ...this.#givenUp(nowMillis)];
    if (over.length === 0) return [];
    const alive = new Set([...this.#running].flatMap((running) => running.keys()));
    return over
      .filter(({ kind, key }) => !alive.has(`${kind} ${key}`))
      .map((operation) => abandonedEnd(operation, this.#operations.lastHeardUnixMillis(operation.start)));
  }

  /** Gives up the work that runs in this process. */
  abandonAll(): void {
    for (const running of this.#running) running.abandonAll();
  }

  #givenUp(nowMillis: number): OpenOperation[] {
    if (this.judges.length === 0) return [];
    return [...this.#operations.all()].filter(({ start }) => this.#goesOn(start, nowMillis) === false);
  }

  #goesOn(start: AgentEvent, nowMillis: number): boolean | undefined {
    for (const judge of this.judges) {
      const goesOn = judge(start, nowMillis);
      if (goesOn !== undefined) return goesOn;
    }
    return undefined;
  }
}
