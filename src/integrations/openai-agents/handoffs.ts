import type { Work } from "../../instrument/face.ts";
import type { WorkHandle } from "../../instrument/operation.ts";
import { abandon } from "./failure.ts";

interface PendingHandoff {
  readonly to: string;
  readonly work: Work<WorkHandle>;
}

/** Most handoffs that wait for their receiver; the oldest is given up. */
const MAX_PENDING = 1_000;

/**
 * Handoffs that were made and whose receiver has not begun. The SDK ends its handoff span before the receiving agent's span
 * begins, as the next one in the same run; a run has at most one handoff under way.
 */
export class Handoffs {
  readonly #pending = new Map<string, PendingHandoff>();

  /** @param run id of the span or trace in which the agents of the run stand side by side */
  add(run: string, to: string, work: Work<WorkHandle>): void {
    this.close(run);
    if (this.#pending.size >= MAX_PENDING) {
      const [oldest] = this.#pending.keys();
      if (oldest !== undefined) this.close(oldest);
    }
    this.#pending.set(run, { to, work });
  }

  /** The handoff by which the agent gets to work. */
  take(run: string, agent: string): Work<WorkHandle> | undefined {
    const pending = this.#pending.get(run);
    if (pending?.to !== agent) return undefined;
    this.#pending.delete(run);
    return pending.work;
  }

  /** Gives up the handoff of a run that ended before the receiver began. */
  close(run: string): void {
    const pending = this.#pending.get(run);
    if (pending === undefined) return;
    this.#pending.delete(run);
    abandon(pending.work);
  }
}
