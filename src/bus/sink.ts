import type { AgentEvent } from "../events/types.ts";

/**
 * Somewhere events go: a file, a terminal, another process. It is fed by a bounded queue of its own, one batch at a time,
 * so it may be slow without stalling anybody.
 */
export interface Sink {
  /** Stands in metrics as the label `queue`. */
  readonly name: string;
  /** Gets ready. A rejection fails the start of Crowsnest: a sink that was asked for and cannot work is not left out in silence. */
  start(): Promise<void>;
  /** Takes one batch in order. A rejection is counted as lost by the queue that called. */
  write(batch: readonly AgentEvent[]): Promise<void>;
  /** Hurries, and resolves once what was written has arrived: for a sink whose writes resolve before that, or wait for long. Never rejects. */
  flush?(): Promise<void>;
  /** Delivers what was written, then lets go of its resources. Safe to call twice. */
  close(): Promise<void>;
}
