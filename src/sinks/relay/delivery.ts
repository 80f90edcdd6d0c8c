import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { context, ROOT_CONTEXT } from "@opentelemetry/api";
import { suppressTracing } from "@opentelemetry/core";
import { messageOf } from "../../bus/trouble.ts";
import type { HubLink } from "./hub-link.ts";
import { judge, type Verdict } from "./judge.ts";
import { Pause } from "./pause.ts";
import type { Poster } from "./post.ts";

export interface DeliveryLimits {
  /** Wait before the second attempt; each further one is twice as long, up to `maxRetryMillis`. @default 500 */
  readonly retryMillis?: number;
  /** @default 15_000 */
  readonly maxRetryMillis?: number;
  /** Wait after what only a person can mend: a wrong token, an address that is no hub's. @default 60_000 */
  readonly slowRetryMillis?: number;
}

export interface DeliveryWatcher {
  /** Takes out of an answer what must not be shown to people. */
  hide(text: string): string;
  /** Events that the hub will never take, and why. */
  refused(count: number, why: string): void;
}

/** Most bytes of one body before it is compressed: the hub keeps lines as they come, but proxies have limits of their own. */
const MAX_BODY_BYTES = 1_024 * 1_024;

const compress = promisify(gzip);

/**
 * Brings lines to the hub, again and again until it has answered for each. The hub knows events by their ids, so what arrives twice
 * counts once.
 */
export class Delivery {
  readonly #poster: Poster;
  readonly #link: HubLink;
  readonly #watcher: DeliveryWatcher;
  readonly #limits: Required<DeliveryLimits>;
  readonly #pause = new Pause();
  #hurried = 0;

  constructor(poster: Poster, link: HubLink, watcher: DeliveryWatcher, limits: DeliveryLimits = {}) {
    this.#poster = poster;
    this.#link = link;
    this.#watcher = watcher;
    this.#limits = { retryMillis: 500, maxRetryMillis: 15_000, slowRetryMillis: 60_000, ...limits };
  }

  /** Sends lines (each with its newline) in order. Rejects only when `signal` aborts; some may have arrived by then. */
  async deliver(lines: readonly Buffer[], signal: AbortSignal): Promise<void> {
    const parts = partsOf(lines).reverse();
    for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
      const verdict = await this.#sendUntilAnswered(part, signal);
      if (verdict.kind === "taken") this.#refuse(verdict.refused, verdict.why);
      else if (part.length === 1) this.#refuse(1, verdict.why);
      else {
        const half = Math.ceil(part.length / 2);
        parts.push(part.slice(half), part.slice(0, half));
      }
    }
  }

  /** Somebody waits: tries now, and soon again. */
  hurry(): void {
    this.#hurried += 1;
    this.#pause.cutShort();
  }

  #refuse(count: number, why: string): void {
    if (count > 0) this.#watcher.refused(count, why);
  }

  async #sendUntilAnswered(lines: readonly Buffer[], signal: AbortSignal): Promise<Exclude<Verdict, { kind: "later" }>> {
    const body = await compress(Buffer.concat(lines));
    let hurried = this.#hurried;
    for (let attempt = 0; ; attempt += 1) {
      const waitMillis = await this.#attempt(body, lines.length, attempt, signal);
      if (typeof waitMillis !== "number") return waitMillis;
      await this.#pause.wait(waitMillis, signal);
      signal.throwIfAborted();
      if (hurried !== this.#hurried) attempt = -1;
      hurried = this.#hurried;
    }
  }

  /** Gives what the hub said, or how long to wait before asking again. */
  async #attempt(
    body: Buffer,
    lines: number,
    attempt: number,
    signal: AbortSignal,
  ): Promise<Exclude<Verdict, { kind: "later" }> | number> {
    let verdict: Verdict;
    try {
      verdict = judge(await untraced(() => this.#poster.post(body, signal)), lines, this.#watcher.hide);
    } catch (error) {
      signal.throwIfAborted();
      this.#link.failed("away", `cannot be reached (${messageOf(error)})`);
      return this.#backOff(attempt);
    }
    if (verdict.kind !== "later") {
      this.#link.works();
      return verdict;
    }
    // Being asked for patience is no trouble: the queue in front of us shows what waits.
    if (verdict.reason !== "busy") this.#link.failed(...troubleOf(verdict));
    if (verdict.reason === "token" || verdict.reason === "no_hub") return withJitter(this.#limits.slowRetryMillis);
    // A little later than asked for, each process by a little of its own.
    return verdict.afterMillis === undefined
      ? this.#backOff(attempt)
      : verdict.afterMillis + withJitter(this.#limits.retryMillis);
  }

  #backOff(attempt: number): number {
    return withJitter(Math.min(this.#limits.maxRetryMillis, this.#limits.retryMillis * 2 ** attempt));
  }
}

function troubleOf({ reason, says }: Extract<Verdict, { kind: "later" }>): [kind: string, trouble: string] {
  if (reason === "token") {
    return ["token", `does not let this process in (${says}): set token (CROWSNEST_TOKEN) to the hub's`];
  }
  if (reason === "trouble") return ["trouble", `cannot take events (${says})`];
  return ["no hub", `does not answer as a hub does (${says}): see whether hub (CROWSNEST_HUB) is its address`];
}

/** Half of it by chance, so that many processes do not come back in step. */
function withJitter(millis: number): number {
  return millis * (0.5 + Math.random() / 2);
}

/** Pieces of at most so many bytes, unless one line alone is longer. */
function partsOf(lines: readonly Buffer[]): Buffer[][] {
  const parts: Buffer[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const line of lines) {
    if (bytes + line.length > MAX_BODY_BYTES) {
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1)?.push(line);
    bytes += line.length;
  }
  return parts;
}

/** Requests of ours are nobody's work: a host that traces its own requests must not see them, nor find them under an agent's span. */
function untraced<T>(run: () => T): T {
  return context.with(suppressTracing(ROOT_CONTEXT), run);
}
