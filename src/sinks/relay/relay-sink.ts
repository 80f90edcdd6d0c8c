import type { Sink } from "../../bus/sink.ts";
import { messageOf } from "../../bus/trouble.ts";
import type { AgentEvent } from "../../events/types.ts";
import { Delivery, type DeliveryLimits } from "./delivery.ts";
import { hubEndpoint, tokenHeader } from "./hub-endpoint.ts";
import { HubLink } from "./hub-link.ts";
import { Poster } from "./post.ts";
import { Spool, type SpoolOptions } from "./spool/spool.ts";

export interface RelayOptions {
  /** Where the hub is. */
  readonly hub: string;
  readonly token: string | undefined;
  /** What the hub sees as the sender. */
  readonly userAgent: string;
  /** Where events wait so that they survive a crash. @default in memory */
  readonly spool?: SpoolOptions | undefined;
  readonly limits?: DeliveryLimits & {
    /** How long one request may take. @default 10_000 */
    readonly requestMillis?: number;
  };
}

/** Why the relay lost events; few and fixed, so that they can be a metric label. */
export type RelayLoss = "refused" | "spool_full" | "unreadable";

export interface RelayWatcher {
  /** Events will not arrive. */
  lost(reason: RelayLoss, count: number, cause?: unknown): void;
  /** The disk did not take a batch for the spool; it waits in memory instead. */
  spoolFailed(cause: unknown): void;
  /** Takes one sentence, at most once a minute per kind. */
  tell(kind: string, describe: () => string): void;
  /** Events in the queue before this sink. */
  queued(): number;
}

/** How long a batch that the disk did not take is sent from memory before the disk is asked again. */
const DISK_AGAIN_MILLIS = 5_000;
/** How often left-overs of other processes are looked for. */
const ADOPT_MILLIS = 60_000;

/**
 * Sends events to a hub. Its write resolves once the hub has them or, with a spool, once they are on disk; so what waits is bounded by the
 * queue before it or by the spool, and nothing is lost while the hub is away but what these have no room for.
 */
export class RelaySink implements Sink {
  readonly name = "hub";
  readonly #options: RelayOptions;
  readonly #watcher: RelayWatcher;
  readonly #poster: Poster;
  readonly #link: HubLink;
  readonly #delivery: Delivery;
  readonly #stop = new AbortController();
  #spool: Spool | undefined;
  #sending: Promise<void> | undefined;
  #adopting: NodeJS.Timeout | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: RelayOptions, watcher: RelayWatcher) {
    const { hub, token, userAgent, limits = {} } = options;
    this.#options = options;
    this.#watcher = watcher;
    const headers = {
      ...tokenHeader(token),
      "content-type": "application/x-ndjson",
      "content-encoding": "gzip",
      "user-agent": userAgent,
    };
    this.#poster = new Poster(hubEndpoint(hub, "v1/events"), headers, limits.requestMillis ?? 10_000);
    this.#link = new HubLink(hub, { tell: (kind, describe) => watcher.tell(kind, describe), waiting: () => this.waiting });
    const refused = (count: number, why: string) => watcher.lost("refused", count, why);
    const hide = (text: string) => (token === undefined ? text : text.replaceAll(token, "…"));
    this.#delivery = new Delivery(this.#poster, this.#link, { refused, hide }, limits);
  }

  /** Events that wait for the hub, in memory and on disk. */
  get waiting(): number {
    return this.#watcher.queued() + this.spooled;
  }

  /** Events that wait on disk. */
  get spooled(): number {
    return this.#spool?.waiting ?? 0;
  }

  get spoolBytes(): number {
    return this.#spool?.bytes ?? 0;
  }

  /** What is wrong with the hub and what waits, in words; undefined while all is well. */
  get trouble(): string | undefined {
    return this.#link.trouble;
  }

  /** Opens the spool. A hub that is not there yet is no reason not to start. */
  async start(): Promise<void> {
    const { spool } = this.#options;
    if (spool === undefined) return;
    const unreadable = (lines: number, cause?: unknown) => this.#watcher.lost("unreadable", lines, cause);
    try {
      this.#spool = await Spool.open(spool, { unreadable });
    } catch (error) {
      const elsewhere = "give another one with the option spool (CROWSNEST_SPOOL)";
      throw new Error(`The folder ${spool.folder} cannot take events for the hub (${messageOf(error)}): ${elsewhere}.`, {
        cause: error,
      });
    }
    this.#sending = this.#sendFrom(this.#spool);
    this.#adopting = setInterval(() => void this.#adopt(), ADOPT_MILLIS);
    this.#adopting.unref();
  }

  async write(batch: readonly AgentEvent[]): Promise<void> {
    const lines = batch.map(lineOf).filter((line) => line !== undefined);
    if (lines.length < batch.length) this.#watcher.lost("unreadable", batch.length - lines.length, "they are no JSON");
    if (lines.length === 0) return;
    if (this.#spool === undefined) await this.#delivery.deliver(lines, this.#stop.signal);
    else await this.#keep(lines, this.#spool);
  }

  /** Tries what waits now rather than later, and resolves once what is spooled has arrived, or is known to stay there for a while. */
  async flush(): Promise<void> {
    const failure = this.#link.nextFailure;
    this.#delivery.hurry();
    if (this.#spool !== undefined) await Promise.race([this.#spool.drained(), failure]);
  }

  close(): Promise<void> {
    this.#closing ??= this.#shutDown();
    return this.#closing;
  }

  async #shutDown(): Promise<void> {
    clearInterval(this.#adopting);
    this.#stop.abort();
    const left = this.spooled;
    if (left > 0) {
      const { folder } = this.#options.spool as SpoolOptions;
      this.#watcher.tell(
        "hub spooled",
        () => `${left} events stay in ${folder} and are sent by the next process that spools there`,
      );
    }
    await this.#spool?.close();
    await this.#sending;
    this.#poster.close();
  }

  async #sendFrom(spool: Spool): Promise<void> {
    try {
      for (let batch = await spool.next(); batch !== undefined; batch = await spool.next()) {
        await this.#delivery.deliver(batch.events, this.#stop.signal);
        await batch.settle();
      }
    } catch (error) {
      if (!this.#stop.signal.aborted)
        this.#watcher.tell("hub spool", () => `the spool is not sent any more: ${messageOf(error)}`);
    }
  }

  async #keep(lines: readonly Buffer[], spool: Spool): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        const kept = await spool.append(lines);
        if (kept < lines.length) this.#watcher.lost("spool_full", lines.length - kept, "the spool has no more room");
        return;
      } catch (error) {
        this.#watcher.spoolFailed(error);
      }
      if (await this.#sendBeside(lines, spool)) return;
    }
    this.#stop.signal.throwIfAborted();
  }

  /** Sends what the disk did not take, after what it took before; gives up soon, as the disk may have room again. */
  async #sendBeside(lines: readonly Buffer[], spool: Spool): Promise<boolean> {
    const over = AbortSignal.timeout(DISK_AGAIN_MILLIS);
    const signal = AbortSignal.any([this.#stop.signal, over]);
    const { promise: aborted, resolve } = Promise.withResolvers<void>();
    signal.addEventListener("abort", () => resolve(), { once: true });
    try {
      await Promise.race([spool.drained(), aborted]);
      await this.#delivery.deliver(lines, signal);
      return true;
    } catch (error) {
      if (!signal.aborted) throw error;
      return false;
    }
  }

  async #adopt(): Promise<void> {
    try {
      await this.#spool?.adopt();
    } catch {
      // A folder that cannot be read now is looked into again a minute later.
    }
  }
}

function lineOf(event: AgentEvent): Buffer | undefined {
  try {
    return Buffer.from(`${JSON.stringify(event)}\n`);
  } catch {
    return undefined;
  }
}
