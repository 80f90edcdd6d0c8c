import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { withinDeadline } from "../../bus/deadline.ts";
import { readRetryAfter } from "../../sinks/retry-after.ts";
import { type ForwardedRequest, VIA_HEADER } from "./otlp-router.ts";
import type { ForwardTarget } from "./otlp-target.ts";

export interface ForwarderLimits {
  /** Most bytes that wait or are under way, as they came (compressed). @default 32 MiB */
  readonly maxBytes?: number;
  /** How often a request is sent before it is given up. @default 8, which is one and a half minutes */
  readonly maxAttempts?: number;
  /** Wait before the second attempt; each further one waits twice as long, up to 30 s. @default 1000 */
  readonly retryMillis?: number;
}

export interface ForwarderWatcher {
  /** Spans that will not go on. */
  dropped(reason: "forward_queue_full" | "forward_failed" | "deadline", spans: number, cause?: unknown): void;
}

const MAX_BYTES = 32 * 1_024 * 1_024;
const MAX_ATTEMPTS = 8;
const RETRY_MILLIS = 1_000;
const MAX_RETRY_MILLIS = 30_000;
const REQUEST_TIMEOUT_MILLIS = 10_000;
/** Requests under way at once: one alone would be held up by the way to and fro. */
const MAX_UNDER_WAY = 4;
/** A list of hubs longer than this has been round in a circle. */
const MAX_VIA_CHARS = 1_000;
/** Where the OTLP specification has senders try again. */
const RETRYABLE = new Set([429, 502, 503, 504]);

/**
 * Sends requests for traces on, as they are handed over, to wherever spans are kept (Tempo, a Collector). Nobody waits for it: what cannot go on
 * waits up to a limit, beyond which the oldest is given up, and all that is given up is counted.
 */
export class SpanForwarder {
  readonly #target: ForwardTarget;
  readonly #watcher: ForwarderWatcher;
  readonly #limits: Required<ForwarderLimits>;
  readonly #id = randomUUID();
  readonly #stop = new AbortController();
  #waiting: ForwardedRequest[] = [];
  #bytes = 0;
  readonly #underWay = new Set<Promise<void>>();

  constructor(target: ForwardTarget, watcher: ForwarderWatcher, limits: ForwarderLimits = {}) {
    this.#target = target;
    this.#watcher = watcher;
    this.#limits = { maxBytes: MAX_BYTES, maxAttempts: MAX_ATTEMPTS, retryMillis: RETRY_MILLIS, ...limits };
  }

  /** Takes a request; never blocks and never throws. */
  offer(request: ForwardedRequest): void {
    // The place that spans go on to may lead back here.
    if (request.via.includes(this.#id) || request.via.length > MAX_VIA_CHARS) return;
    if (this.#stop.signal.aborted) return this.#watcher.dropped("deadline", request.spans);
    this.#waiting.push(request);
    this.#bytes += request.body.length;
    while (this.#bytes > this.#limits.maxBytes && this.#waiting.length > 0) this.#giveUpOldest();
    this.#pump();
  }

  /** Sends what is waiting, for at most that long. Safe to call twice. */
  async close(deadlineMillis: number): Promise<void> {
    await withinDeadline(this.#drained(), deadlineMillis);
    this.#stop.abort();
    for (const { spans } of this.#waiting.splice(0)) this.#watcher.dropped("deadline", spans);
    await Promise.all(this.#underWay);
  }

  async #drained(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.race(this.#underWay);
  }

  #giveUpOldest(): void {
    const oldest = this.#waiting.shift();
    if (oldest === undefined) return;
    this.#bytes -= oldest.body.length;
    this.#watcher.dropped("forward_queue_full", oldest.spans);
  }

  #pump(): void {
    while (this.#underWay.size < MAX_UNDER_WAY) {
      const request = this.#waiting.shift();
      if (request === undefined) return;
      const sending = this.#send(request).finally(() => {
        this.#underWay.delete(sending);
        this.#bytes -= request.body.length;
        this.#pump();
      });
      this.#underWay.add(sending);
    }
  }

  async #send(request: ForwardedRequest): Promise<void> {
    let cause: unknown;
    for (let attempt = 1; attempt <= this.#limits.maxAttempts && !this.#stop.signal.aborted; attempt += 1) {
      const result = await this.#post(request);
      if (result === "sent") return;
      cause = result.cause;
      if (!result.again || attempt === this.#limits.maxAttempts) break;
      await this.#pause(result.afterMillis ?? this.#backOff(attempt));
    }
    this.#watcher.dropped(this.#stop.signal.aborted ? "deadline" : "forward_failed", request.spans, cause);
  }

  /** Half of it by chance, so that many senders do not come back in step. */
  #backOff(attempt: number): number {
    const millis = Math.min(MAX_RETRY_MILLIS, this.#limits.retryMillis * 2 ** (attempt - 1));
    return millis * (0.5 + Math.random() / 2);
  }

  async #pause(millis: number): Promise<void> {
    try {
      await sleep(millis, undefined, { signal: this.#stop.signal, ref: false });
    } catch {
      // Closing ends the wait.
    }
  }

  async #post({ body, contentType, encoding, via }: ForwardedRequest): Promise<"sent" | Trouble> {
    const { url, headers } = this.#target;
    try {
      const response = await fetch(url, {
        method: "POST",
        headers: {
          ...headers,
          "content-type": contentType,
          ...(encoding === undefined ? {} : { "content-encoding": encoding }),
          [VIA_HEADER]: via === "" ? this.#id : `${via},${this.#id}`,
        },
        body: new Uint8Array(body),
        signal: AbortSignal.any([this.#stop.signal, AbortSignal.timeout(REQUEST_TIMEOUT_MILLIS)]),
      });
      // What it answered is known by now, also where the connection breaks behind it.
      await response.body?.cancel().catch(() => undefined);
      if (response.ok) return "sent";
      const cause = `${url} answers ${response.status}`;
      const afterMillis = readRetryAfter(response.headers.get("retry-after"), MAX_RETRY_MILLIS);
      return { cause, again: RETRYABLE.has(response.status), afterMillis };
    } catch (error) {
      const reason = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
      return { cause: `${url}: ${reason}`, again: true, afterMillis: undefined };
    }
  }
}

interface Trouble {
  readonly cause: string;
  readonly again: boolean;
  readonly afterMillis: number | undefined;
}
