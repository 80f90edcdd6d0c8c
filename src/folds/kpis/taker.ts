import type { KpiSum } from "./kpis.ts";
import type { Worker } from "./workers.ts";

/** Takes what the fold finds, each with the moment that it belongs to, which may be long ago. */
export interface KpiTaker {
  add(sum: KpiSum, amount: number, unixMillis: number): void;
  /** An agent was heard of. */
  heard(worker: Worker, unixMillis: number): void;
  /** An agent was at work; no moment of an agent's is told twice. */
  worked(worker: Worker, fromUnixMillis: number, toUnixMillis: number): void;
  /** A feature is completed and what it cost is known; told once a feature. */
  completed(featureId: string, unixMillis: number): void;
}
