import { connect, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { until } from "./until.ts";

/** What came on a stream: events have a seq (by SSE in their metadata), notices have none. */
export type Message = Readonly<Record<string, unknown>>;

/** Somebody who watches and remembers. */
class Watcher {
  readonly messages: Message[] = [];
  /** The seqs of the events, in the order in which they came. */
  readonly seqs: number[] = [];
  /** Whatever came that is no event. */
  readonly notices: Message[] = [];

  /** Waits for an event with this seq. */
  async reached(seq: number): Promise<void> {
    await until(`event ${seq} (there are ${this.seqs.length}, up to ${this.seqs.at(-1)})`, () => this.seqs.at(-1) === seq);
  }

  /** Waits for so many notices with such a field, and gives the last of them. */
  told(field: string, times = 1): Promise<Message> {
    return until(`${times} notices with ${field}`, () => this.notices.filter((notice) => field in notice)[times - 1]);
  }

  protected take(message: Message): void {
    this.messages.push(message);
    const seq = message.seq ?? (message.metadata as Message | undefined)?.seq;
    if (message.event_type === undefined) this.notices.push(message);
    else this.seqs.push(seq as number);
  }
}

export class SocketWatcher extends Watcher {
  readonly socket: WebSocket;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  frames = 0;

  constructor(socket: WebSocket) {
    super();
    this.socket = socket;
    this.closed = new Promise((resolve) => {
      socket.once("close", (code, reason) => resolve({ code, reason: String(reason) }));
    });
    socket.on("message", (data) => {
      this.frames += 1;
      for (const message of [JSON.parse(String(data))].flat()) this.take(message);
    });
  }

  say(message: unknown): void {
    this.socket.send(typeof message === "string" ? message : JSON.stringify(message));
  }
}

/** Watches by WebSocket; ends with the test. */
export async function watch(url: string, path = "/ws", headers: Record<string, string> = {}): Promise<SocketWatcher> {
  const socket = new WebSocket(`${url.replace("http", "ws")}${path}`, { headers });
  onTestFinished(() => socket.terminate());
  const watcher = new SocketWatcher(socket);
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  return watcher;
}

/** What comes by server-sent events, messages and comments, one after the other. */
export async function* blocksOf(response: Response): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const blocks = (rest + chunk).split("\n\n");
    rest = blocks.pop() ?? "";
    yield* blocks;
  }
}

export class SseWatcher extends Watcher {
  readonly response: Response;
  readonly ended: Promise<void>;
  /** Everything that came. */
  text = "";
  /** The id of the last message, which an EventSource gives back when it connects again. */
  lastEventId = "";

  constructor(response: Response) {
    super();
    this.response = response;
    this.ended = this.#read().catch(() => undefined);
  }

  async #read(): Promise<void> {
    for await (const block of blocksOf(this.response)) {
      this.text += `${block}\n\n`;
      this.#readBlock(block);
    }
  }

  #readBlock(block: string): void {
    this.lastEventId = /^id: (.*)$/m.exec(block)?.[1] ?? this.lastEventId;
    const data = /^data: (.*)$/m.exec(block)?.[1];
    if (data !== undefined) this.take(JSON.parse(data));
  }
}

/** Watches by server-sent events as an EventSource does, but for connecting again; ends with the test. */
export async function watchSse(url: string, query = "", init: RequestInit = {}): Promise<SseWatcher> {
  const abort = new AbortController();
  onTestFinished(() => abort.abort());
  return new SseWatcher(await fetch(`${url}/api/cato/events/stream${query}`, { signal: abort.signal, ...init }));
}

/** Watches by hand: from the answer on it neither reads nor answers anything unless the test does. Ends with the test. */
export async function silentClient(port: number, path = "/ws", headers: readonly string[] = upgradeHeaders): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  socket.on("error", () => undefined);
  socket.write([`GET ${path} HTTP/1.1`, `Host: 127.0.0.1:${port}`, ...headers, "\r\n"].join("\r\n"));
  await new Promise((resolve) => socket.once("data", resolve));
  socket.pause();
  return socket;
}

const upgradeHeaders = [
  "Connection: Upgrade",
  "Upgrade: websocket",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];

/** The same by server-sent events. */
export function silentSseClient(port: number): Promise<Socket> {
  return silentClient(port, "/api/cato/events/stream", []);
}
