import { messageOf, type Trouble } from "../bus/trouble.ts";
import type { Metrics } from "../metrics/metric-set.ts";

/** What did not get to where it was going: counted, and told to a person at most once a minute per kind. */
export class Losses {
  readonly #metrics: Metrics;
  readonly #trouble: Trouble;
  #count = 0;
  #lastUnixMillis = 0;

  constructor(metrics: Metrics, trouble: Trouble) {
    this.#metrics = metrics;
    this.#trouble = trouble;
  }

  /** Events lost since the start. */
  get count(): number {
    return this.#count;
  }

  /** When one was lost last. */
  get lastUnixMillis(): number {
    return this.#lastUnixMillis;
  }

  /** Events that will not reach where they were going. */
  events(queue: string, reason: string, count: number, cause?: unknown): void {
    this.#metrics.eventsDropped.inc({ queue, reason }, count);
    this.#count += count;
    this.#lastUnixMillis = Date.now();
    const why = cause === undefined ? "" : `: ${messageOf(cause)}`;
    this.#trouble.tell(`lost ${queue} ${reason}`, () => `events for ${queue} are lost (${reason.replaceAll("_", " ")})${why}`);
  }

  /** Spans that will not be exported. */
  spans(reason: string, count: number, cause?: unknown): void {
    this.#metrics.spansDropped.inc({ reason }, count);
    this.#trouble.tell(`spans ${reason}`, () => spanLoss(reason, cause));
  }

  /** What the host handed in wrongly. */
  readonly fault = (reason: string, describe: () => string): void => {
    this.#metrics.eventsDropped.inc({ queue: "input", reason });
    this.#trouble.tell(`input ${reason}`, describe);
  };
}

function spanLoss(reason: string, cause: unknown): string {
  if (reason === "queue_full")
    return "spans are lost, as more end than can be exported; OTEL_BSP_MAX_QUEUE_SIZE lets more of them wait";
  return `spans are lost, as they cannot be exported (${messageOf(cause)}); OTEL_EXPORTER_OTLP_ENDPOINT says where to, traces: false leaves them out`;
}
