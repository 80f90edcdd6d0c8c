import { type AnyWork, type Face, type Place, surroundingsOf } from "../../instrument/face.ts";
import { type Follower, follow, wasEnteredIn } from "../../instrument/followers.ts";
import { currentRunId } from "./current-run.ts";
import { ABANDONED, leftOpen, type RunEnding } from "./ending.ts";
import { Run, type RunStart } from "./run.ts";

/** Most runs that are followed at once. */
const MAX_OPEN = 10_000;
/** How long nothing may be heard of a root run, or of any in it, until it is taken for forgotten. */
const SILENT_MILLIS = 3_600_000;
const SWEEP_MILLIS = 60_000;

/**
 * The framework's runs that have begun and not ended, by its ids. Bounded: the oldest is given up with all that is in it, as it is
 * the likeliest never to end; streams that nobody reads to their end are such.
 */
export class OpenRuns {
  readonly #crowsnest: Face;
  readonly #open = new Map<string, Run>();
  readonly #maxOpen: number;
  readonly #follower: Follower;
  #unfollow: (() => void) | undefined;
  #sweptAtMillis = performance.now();

  constructor(crowsnest: Face, maxOpen: number = MAX_OPEN) {
    this.#crowsnest = crowsnest;
    this.#maxOpen = maxOpen;
    this.#follower = {
      current: currentRunId,
      find: (id) => {
        const run = this.#open.get(id);
        if (run === undefined) return undefined;
        run.beforeInside();
        return surroundingsOf(run.inside);
      },
    };
  }

  get size(): number {
    return this.#open.size;
  }

  /** Undefined where it is known already: several handlers may tell of the same run. */
  start(start: RunStart, parentId: string | undefined): Run | undefined {
    if (this.#open.has(start.id)) return undefined;
    this.#sweep();
    if (this.#open.size >= this.#maxOpen) this.#giveUpOldest();
    const parent = parentId === undefined ? undefined : this.#open.get(parentId);
    const run = new Run(start, parent, this.#placeIn(parent));
    this.#open.set(run.id, run);
    this.#unfollow ??= follow(this.#follower);
    return run;
  }

  find(id: string): Run | undefined {
    return this.#open.get(id);
  }

  end(id: string, read: (run: Run) => RunEnding): void {
    const run = this.#open.get(id);
    if (run === undefined) return;
    run.root.lastHeardMillis = performance.now();
    try {
      this.#close(run, read(run));
    } finally {
      if (this.#open.size === 0) this.#stopFollowing();
    }
  }

  /** What is still open in it ends with it: nobody waits for that any more. */
  #close(run: Run, ending: RunEnding): void {
    for (const child of run.children) this.#close(child, leftOpen(ending));
    this.#open.delete(run.id);
    run.parent?.children.delete(run);
    run.settle(ending);
  }

  /** Where the host's own work lies between a run and its parent, the run belongs to that. */
  #placeIn(parent: Run | undefined): Place | undefined {
    const here = this.#crowsnest.here();
    if (parent === undefined) return here;
    const scope = surroundingsOf(here as AnyWork | Place)?.scope;
    return scope !== undefined && wasEnteredIn(scope, this.#follower, parent.id) ? here : undefined;
  }

  #giveUpOldest(): void {
    const [oldest] = this.#open.values();
    if (oldest !== undefined) this.#close(oldest, ABANDONED);
  }

  #sweep(): void {
    const now = performance.now();
    if (now - this.#sweptAtMillis < SWEEP_MILLIS) return;
    this.#sweptAtMillis = now;
    for (const run of this.#open.values()) {
      if (run.root === run && run.lastHeardMillis < now - SILENT_MILLIS) this.#close(run, ABANDONED);
    }
  }

  /** Nothing is asked of the framework while nothing of it is open. */
  #stopFollowing(): void {
    this.#unfollow?.();
    this.#unfollow = undefined;
  }
}
