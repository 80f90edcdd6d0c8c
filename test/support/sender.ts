import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { expect } from "vitest";
import type { EventInput } from "../../src/events/types.ts";
import { FleetTraffic } from "./fleet-traffic.ts";

export interface SenderOptions {
  /** @default 100 */
  readonly eventsPerRequest?: number;
  /** Rest between two requests. @default 0 */
  readonly pauseMillis?: number;
}

interface Answer {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
}

const RETRY_MILLIS = 20;
/** Now and then an acknowledgement is lost on its way, and the sender cannot know. */
const EVENTS_BETWEEN_REPEATS = 5_000;

/** One client of many: sends its events in order, and each request until it is acknowledged, whatever becomes of the hub meanwhile. */
export class Sender {
  readonly #client: number;
  readonly #url: string;
  readonly #eventsPerRequest: number;
  readonly #pauseMillis: number;
  readonly #traffic: FleetTraffic;
  acknowledged = 0;
  retries = 0;
  /** While this is not resolved, nothing is sent. */
  gate: Promise<void> = Promise.resolve();

  constructor(client: number, url: string, { eventsPerRequest = 100, pauseMillis = 0 }: SenderOptions = {}) {
    this.#client = client;
    this.#url = url;
    this.#eventsPerRequest = eventsPerRequest;
    this.#pauseMillis = pauseMillis;
    this.#traffic = new FleetTraffic(client);
  }

  /** Of the events that were acknowledged. */
  get ids(): string[] {
    return Array.from({ length: this.acknowledged }, (_, index) => FleetTraffic.idOf(this.#client, index + 1));
  }

  async send(count: number): Promise<void> {
    for (let sent = 0; sent < count; sent += this.#eventsPerRequest) {
      const events = this.#traffic.next(this.#eventsPerRequest);
      const { accepted, duplicates } = await this.#untilAcknowledged(events);
      expect(accepted + duplicates).toBe(events.length);
      this.acknowledged += events.length;
      if (sent % EVENTS_BETWEEN_REPEATS === 0) {
        expect(await this.#untilAcknowledged(events)).toMatchObject({ accepted: 0, duplicates: events.length });
      }
      if (this.#pauseMillis > 0) await sleep(this.#pauseMillis);
    }
  }

  async #untilAcknowledged(events: readonly EventInput[]): Promise<Answer> {
    for (;;) {
      await this.gate;
      const answer = await this.#post(events);
      if (answer !== undefined) {
        expect(answer.rejected).toBe(0);
        return answer;
      }
      this.retries += 1;
      await sleep(RETRY_MILLIS);
    }
  }

  /** Undefined where there was no answer: whether the events were kept is not known. */
  async #post(events: readonly EventInput[]): Promise<Answer | undefined> {
    const asLines = this.#client % 2 === 0;
    const text = asLines ? events.map((event) => JSON.stringify(event)).join("\n") : JSON.stringify(events);
    const isZipped = this.#client % 4 >= 2;
    try {
      const response = await fetch(`${this.#url}/v1/events`, {
        method: "POST",
        headers: {
          "content-type": asLines ? "application/x-ndjson" : "application/json",
          ...(isZipped ? { "content-encoding": "gzip" } : {}),
        },
        body: isZipped ? gzipSync(text, { level: 1 }) : text,
      });
      const answer = (await response.json()) as Answer;
      expect([202, 429, 503]).toContain(response.status);
      return response.status === 202 ? answer : undefined;
    } catch (error) {
      if (error instanceof TypeError || error instanceof SyntaxError) return undefined;
      throw error;
    }
  }
}

/** Nothing is sent until this has ended. */
export function pauseAll(senders: readonly Sender[]): { end(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  for (const sender of senders) sender.gate = promise;
  return { end: resolve };
}

/** How many events were acknowledged, to all of them together. */
export function acknowledgedBy(senders: readonly Sender[]): number {
  return senders.reduce((sum, { acknowledged }) => sum + acknowledged, 0);
}
