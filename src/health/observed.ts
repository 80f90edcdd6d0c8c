import type { Exposition } from "../metrics/exposition/exposition.ts";
import type { Health } from "./health.ts";

/** What `/metrics` and `/health` answer from, whoever stands behind it. */
export interface Observed {
  readonly exposition: Exposition;
  health(): Health;
  /** True once everything has started and until closing begins. */
  ready(): boolean;
  /** A scrape was answered; in seconds. */
  scraped(durationSeconds: number): void;
}
