import { setTimeout as sleep } from "node:timers/promises";
import { onTestFinished } from "vitest";
import { WebSocket } from "ws";
import type { FilterInput } from "../../src/server/live/filter.ts";
import { blocksOf, type Message } from "./live-clients.ts";

const RETRY_MILLIS = 50;

/** What a watcher remembers of an event. */
export interface Seen {
  readonly seq: number;
  readonly id: string;
}

/** Somebody who watches from the first event on, and through every restart of the hub as the guide says that one does. */
abstract class ResumingWatcher {
  /** The events that it saw, in the order in which they came. */
  readonly seen: Seen[] = [];
  /** How its connections ended, one after the other. */
  readonly ends: string[] = [];
  readonly #over = new AbortController();

  constructor() {
    onTestFinished(() => this.#over.abort());
    void this.#run();
  }

  /** Of the last event that it saw. */
  get lastSeq(): number {
    return this.seen.at(-1)?.seq ?? 0;
  }

  async #run(): Promise<void> {
    // Connecting begins when whoever inherits from this has made its own fields.
    await Promise.resolve();
    while (!this.#over.signal.aborted) {
      const end = await this.connect(this.#over.signal);
      if (end !== undefined) this.ends.push(end);
      await sleep(RETRY_MILLIS);
    }
  }

  /** Watches until the connection ends, and says why it did; undefined where there is no hub. */
  protected abstract connect(over: AbortSignal): Promise<string | undefined>;

  protected take({ seq, id }: Message): void {
    this.seen.push({ seq: Number(seq), id: String(id) });
  }
}

export class ResumingSocket extends ResumingWatcher {
  readonly #url: string;
  readonly #filter: FilterInput;

  constructor(url: string, path: string, filter: FilterInput = {}) {
    super();
    this.#url = `${url.replace("http", "ws")}${path}`;
    this.#filter = filter;
  }

  protected override connect(over: AbortSignal): Promise<string | undefined> {
    const socket = new WebSocket(this.#url);
    const end = () => socket.terminate();
    over.addEventListener("abort", end);
    let isOpen = false;
    // What comes before the answer was not asked for.
    let isReading = false;
    const resume = () => socket.send(JSON.stringify({ subscribe: this.#filter, resumeFrom: this.lastSeq }));
    socket.on("open", () => {
      isOpen = true;
      resume();
    });
    socket.on("message", (data) => {
      for (const message of [JSON.parse(String(data))].flat() as Message[]) {
        if (message.resumed !== undefined) isReading = true;
        else if (!isReading) continue;
        else if (message.event_type !== undefined) this.take(message);
        else if (message.dropped !== undefined) {
          isReading = false;
          resume();
        }
      }
    });
    return new Promise((resolve) => {
      let refused: string | undefined;
      socket.on("error", ({ message }) => {
        // "Unexpected server response: 404" is an answer; that nobody listens is none.
        if (message.startsWith("Unexpected")) refused = message;
      });
      socket.on("close", (code) => {
        over.removeEventListener("abort", end);
        resolve(isOpen ? String(code) : refused);
      });
    });
  }
}

export class ResumingSse extends ResumingWatcher {
  readonly #url: string;
  /** As a browser keeps it: of the last message that had one. */
  #lastEventId: string | undefined;

  /** @param query filters, as they stand in the address */
  constructor(url: string, query = "") {
    super();
    this.#url = `${url}/api/cato/events/stream?last_event_id=0${query}`;
  }

  protected override async connect(over: AbortSignal): Promise<string | undefined> {
    const dropped = new AbortController();
    const headers = this.#lastEventId === undefined ? {} : { "Last-Event-ID": this.#lastEventId };
    let end: string | undefined;
    try {
      const response = await fetch(this.#url, { headers, signal: AbortSignal.any([over, dropped.signal]) });
      if (response.status !== 200) return `answered ${response.status}`;
      end = "broken off";
      for await (const block of blocksOf(response)) {
        this.#lastEventId = /^id: (.*)$/m.exec(block)?.[1] ?? this.#lastEventId;
        const message = JSON.parse(/^data: (.*)$/m.exec(block)?.[1] ?? "{}") as Message;
        if (message.event_type !== undefined) this.take(message.metadata as Message);
        if (message.closed !== undefined) end = String(message.closed);
        if (message.dropped === undefined) continue;
        dropped.abort();
        return "dropped";
      }
    } catch {
      // The connection is gone, or there was none.
    }
    return end;
  }
}
