import type { AgentEvent } from "../events/types.ts";
import { putLast } from "./put-last.ts";
import type { Restorable } from "./restorable.ts";

/** Most tasks that wait at once and are remembered; those that have waited longest give way. */
const MAX_WAITING = 20_000;

/** How long tasks wait between being queued and being given to an agent. */
export class TaskWaits implements Restorable<ReadonlyMap<string, number>> {
  #queuedMillis = new Map<string, number>();

  save(): ReadonlyMap<string, number> {
    return new Map(this.#queuedMillis);
  }

  restore(queuedMillis: ReadonlyMap<string, number>): void {
    this.#queuedMillis = new Map(queuedMillis);
  }

  /** The wait in seconds, where the event is the first assignment of a task that was seen being queued, or says so itself. */
  apply(event: AgentEvent): number | undefined {
    if (event.taskId === undefined) return undefined;
    switch (event.type) {
      case "task_queued":
        putLast(this.#queuedMillis, event.taskId, event.timeUnixMillis, MAX_WAITING);
        return undefined;
      case "task_assigned": {
        const queued = this.#take(event.taskId);
        if (event.data.queueDurationSeconds !== undefined) return event.data.queueDurationSeconds;
        return queued === undefined ? undefined : Math.max(0, event.timeUnixMillis - queued) / 1_000;
      }
      case "task_completed":
      case "task_failed":
        this.#take(event.taskId);
        return undefined;
      default:
        return undefined;
    }
  }

  #take(taskId: string): number | undefined {
    // Where nothing is ever queued, not even the id has to be hashed.
    if (this.#queuedMillis.size === 0) return undefined;
    const queued = this.#queuedMillis.get(taskId);
    this.#queuedMillis.delete(taskId);
    return queued;
  }
}
