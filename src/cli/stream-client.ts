import type { IncomingMessage } from "node:http";
import { WebSocket } from "ws";
import type { FilterInput } from "../server/live/filter.ts";
import { readRetryAfter } from "../sinks/retry-after.ts";

export interface StreamOptions {
  /** Address of the hub, as a person gives it: `http://127.0.0.1:9464`. */
  readonly hub: string;
  readonly token: string | undefined;
  readonly filter: FilterInput;
  /** From this moment on; from now on where it is undefined. */
  readonly sinceUnixMillis: number | undefined;
}

export interface StreamReader {
  /** Events in order, each once. */
  events(events: readonly WireEvent[]): void;
  /** A sentence about the connection. */
  told(sentence: string): void;
}

/** An event in the shape of consoles. */
export interface WireEvent {
  readonly event_type: string;
  readonly timestamp: number;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly id: string;
  readonly seq: number;
  readonly service: string;
  readonly agent?: string;
  readonly task_id?: string;
}

interface End {
  readonly why: string;
  /** How long the hub wants to be left alone, where it says so. */
  readonly afterMillis: number | undefined;
}

/** The hub cannot be reached, or does not want to be watched; the message is a sentence for people. */
class HubError extends Error {
  override readonly name = "HubError";
}

const FIRST_RETRY_MILLIS = 250;
const MAX_RETRY_MILLIS = 10_000;
/** A hub that asks for more patience than this is asked again all the same. */
const MAX_RETRY_AFTER_MILLIS = 60_000;
const HANDSHAKE_MILLIS = 10_000;
/** The hub pings every 15 s: one that is not heard of for so long is gone, whatever the network says. */
const SILENCE_MILLIS = 45_000;
const MAX_ANSWER_CHARS = 500;

/**
 * Reads the live stream of a hub. When the connection is lost it comes again and goes on after the last event that it gave, and so it
 * does after drops: what it gives has no gap and no repeat.
 */
export class StreamClient {
  readonly #options: StreamOptions;
  readonly #reader: StreamReader;
  readonly #closed = new AbortController();
  #socket: WebSocket | undefined;
  #lastSeq: number | undefined;
  /** False until the hub has answered where events begin: those that come before are not asked for. */
  #isReading = false;
  /** There is a hub: whatever keeps it from being watched may pass. */
  #isThere = false;
  /** What was told last, while it is not watched. */
  #trouble: "lost" | "full" | undefined;

  constructor(options: StreamOptions, reader: StreamReader) {
    this.#options = options;
    this.#reader = reader;
  }

  /**
   * Reads until it is closed.
   *
   * @throws HubError where there is no hub, or it refuses
   */
  async run(): Promise<void> {
    let retryMillis = FIRST_RETRY_MILLIS;
    while (!this.#closed.signal.aborted) {
      this.#isReading = false;
      const { why, afterMillis } = await this.#connection();
      if (this.#closed.signal.aborted) return;
      // Whoever says when to come again is a hub.
      this.#isThere ||= afterMillis !== undefined;
      if (!this.#isThere) throw new HubError(`there is no hub to be reached at ${this.#options.hub} (${why})`);
      if (this.#isReading) retryMillis = FIRST_RETRY_MILLIS;
      if (afterMillis !== undefined) this.#tell("full", `${why}; trying again`);
      else this.#tell("lost", `the connection to ${this.#options.hub} is lost (${why}); trying again`);
      await this.#rest((afterMillis ?? 0) + retryMillis * (0.5 + Math.random() / 2));
      retryMillis = Math.min(retryMillis * 2, MAX_RETRY_MILLIS);
    }
  }

  /** Reads nothing until {@link resume}, as what was read is not taken yet. */
  pause(): void {
    this.#socket?.pause();
  }

  resume(): void {
    this.#socket?.resume();
  }

  close(): void {
    this.#closed.abort();
    this.#socket?.terminate();
  }

  /** Resolves with how the connection ended; rejects where another one would end alike. */
  #connection(): Promise<End> {
    const { hub, token } = this.#options;
    const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };
    const address = `${hub.replace(/^http/, "ws").replace(/\/+$/, "")}/ws?batch=1`;
    const socket = new WebSocket(address, { headers, handshakeTimeout: HANDSHAKE_MILLIS, perMessageDeflate: false });
    this.#socket = socket;
    let why = "";
    let afterMillis: number | undefined;
    const silence = setInterval(() => this.#endSilence(socket), SILENCE_MILLIS);
    return new Promise<End>((resolve, reject) => {
      socket.on("open", () => this.#ask(socket));
      socket.on("ping", () => silence.refresh());
      socket.on("message", (data) => {
        silence.refresh();
        try {
          this.#read(JSON.parse(String(data)), socket);
        } catch (error) {
          reject(error instanceof HubError ? error : notUnderstood(hub, error));
          socket.terminate();
        }
      });
      socket.on("unexpected-response", (_request, response) => {
        afterMillis = readRetryAfter(response.headers["retry-after"], MAX_RETRY_AFTER_MILLIS);
        refusalOf(hub, response).then(
          (refusal) => {
            why = refusal.message;
            if (!isTemporary(response)) reject(refusal);
            socket.terminate();
          },
          () => socket.terminate(),
        );
      });
      socket.on("error", (error) => {
        why = why === "" ? error.message : why;
      });
      socket.on("close", (code, reason) => resolve({ why: why || String(reason) || `code ${code}`, afterMillis }));
    }).finally(() => clearInterval(silence));
  }

  #ask(socket: WebSocket): void {
    this.#isThere = true;
    const { filter, sinceUnixMillis } = this.#options;
    const begin = this.#lastSeq === undefined ? sinceOf(sinceUnixMillis) : { resumeFrom: this.#lastSeq };
    socket.send(JSON.stringify({ subscribe: filter, ...begin }));
  }

  #read(frame: unknown, socket: WebSocket): void {
    const events: WireEvent[] = [];
    for (const message of [frame].flat() as Readonly<Record<string, unknown>>[]) {
      if (message.event_type === undefined) this.#obey(message, socket);
      else if (this.#isReading) events.push(message as unknown as WireEvent);
    }
    if (events.length === 0) return;
    this.#lastSeq = events.at(-1)?.seq;
    this.#reader.events(events);
  }

  #obey({ subscribed, seq, resumed, dropped, pruned, error }: Readonly<Record<string, unknown>>, socket: WebSocket): void {
    if (error !== undefined) throw new HubError(`the hub at ${this.#options.hub} does not understand: ${String(error)}`);
    if (subscribed !== undefined && this.#lastSeq === undefined && this.#options.sinceUnixMillis === undefined) {
      this.#begin(Number(seq));
    }
    if (resumed !== undefined) this.#begin(Number(resumed));
    if (pruned !== undefined && this.#isReading) {
      this.#reader.told(`${String(pruned)} events in between are older than the hub keeps them, and gone`);
    }
    // While it waits to go on where it was, what is dropped comes anyway; asking for it once more would bring it twice.
    if (dropped !== undefined && this.#isReading) {
      this.#isReading = false;
      socket.send(JSON.stringify({ resumeFrom: this.#lastSeq }));
    }
  }

  /** Everything after `seq` is to be read. */
  #begin(seq: number): void {
    if (this.#lastSeq !== undefined && seq < this.#lastSeq) {
      this.#reader.told(`the hub at ${this.#options.hub} has another log now; going on with what comes to it`);
    } else if (this.#trouble !== undefined) {
      this.#reader.told(`connected${this.#lastSeq === undefined ? "" : " again"}; going on after event ${seq}`);
    }
    this.#trouble = undefined;
    this.#lastSeq = seq;
    this.#isReading = true;
  }

  /** Once for as long as it stays like that. */
  #tell(trouble: "lost" | "full", sentence: string): void {
    if (this.#trouble !== trouble) this.#reader.told(sentence);
    this.#trouble = trouble;
  }

  /** While nothing is read, a hub cannot be heard of. */
  #endSilence(socket: WebSocket): void {
    if (!socket.isPaused) socket.terminate();
  }

  #rest(millis: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, millis);
    this.#closed.signal.addEventListener("abort", () => resolve(), { once: true });
    return promise.finally(() => clearTimeout(timer));
  }
}

function sinceOf(sinceUnixMillis: number | undefined): { readonly since?: string } {
  return sinceUnixMillis === undefined ? {} : { since: new Date(sinceUnixMillis).toISOString() };
}

/** Another hub, one that starts again, would say the same: what is there is something else. */
function notUnderstood(hub: string, cause: unknown): HubError {
  return new HubError(`what answers at ${hub} does not speak as a hub does: is it the right address?`, { cause });
}

/** A proxy says such things while the hub behind it starts again. */
function isTemporary({ statusCode = 500 }: IncomingMessage): boolean {
  return statusCode >= 500 || statusCode === 429;
}

async function refusalOf(hub: string, response: IncomingMessage): Promise<HubError> {
  if (response.statusCode === 401)
    return new HubError(`${hub} wants a token, or another one than it was sent: see CROWSNEST_TOKEN`);
  let body = "";
  for await (const chunk of response.setEncoding("utf8")) {
    body += chunk;
    // What is no hub may go on for ever.
    if (body.length >= MAX_ANSWER_CHARS) break;
  }
  return new HubError(`${hub} answers ${response.statusCode}: ${errorIn(body.slice(0, MAX_ANSWER_CHARS))}`);
}

/** What a hub says in words; what something else answers, as it is. */
function errorIn(body: string): string {
  try {
    const { detail } = JSON.parse(body) as { detail?: unknown };
    if (typeof detail === "string") return detail;
  } catch {
    // It is no JSON, such as the page of a proxy.
  }
  return body.trim().replaceAll(/\s+/g, " ");
}
