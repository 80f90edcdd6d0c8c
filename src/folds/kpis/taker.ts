import type { KpiSum } from "./kpis.ts";

/** An agent of one service, as far as whoever takes the sums has to know it. */
export interface KnownWorker {
  readonly name: string;
  /** When it was first heard of or at work. */
  readonly firstMillis: number;
}

/** Takes what the fold finds, each with the moment that it belongs to, which may be long ago. */
export interface KpiTaker {
  add(sum: KpiSum, amount: number, unixMillis: number): void;
  /** An agent was heard of. */
  heard(worker: KnownWorker, unixMillis: number): void;
  /** An agent was at work; no moment of an agent's is told twice. */
  worked(worker: KnownWorker, fromUnixMillis: number, toUnixMillis: number): void;
  /** A feature is completed and what it cost is known; told once a feature. */
  completed(featureId: string, unixMillis: number): void;
}
