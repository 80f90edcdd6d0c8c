import { connect, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { until } from "./until.ts";

/** What came on a stream: events have a seq (by SSE in their metadata), notices have none. */
export type Message = Readonly<Record<string, unknown>>;

/** Somebody who watches and remembers. */
export interface Watcher {
  readonly messages: readonly Message[];
  /** The seqs of the events, in the order in which they came. */
  readonly seqs: readonly number[];
  /** Whatever came that is no event. */
  readonly notices: readonly Message[];
  /** Waits for an event with this seq. */
  reached(seq: number): Promise<void>;
  /** Waits for a notice with such a field, and gives it. */
  told(field: string): Promise<Message>;
}

export interface SocketWatcher extends Watcher {
  readonly socket: WebSocket;
  readonly frames: number;
  say(message: unknown): void;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
}

class Memory implements Watcher {
  readonly messages: Message[] = [];
  readonly seqs: number[] = [];
  readonly notices: Message[] = [];

  take(message: Message): void {
    this.messages.push(message);
    const seq = message.seq ?? (message.metadata as Message | undefined)?.seq;
    if (message.event_type !== undefined) this.seqs.push(seq as number);
    else this.notices.push(message);
  }

  async reached(seq: number): Promise<void> {
    await until(`event ${seq} (there are ${this.seqs.length}, up to ${this.seqs.at(-1)})`, () => this.seqs.includes(seq));
  }

  told(field: string): Promise<Message> {
    return until(`a notice with ${field}`, () => this.notices.findLast((notice) => field in notice));
  }
}

/** Watches by WebSocket; ends with the test. */
export async function watch(url: string, path = "/ws", headers: Record<string, string> = {}): Promise<SocketWatcher> {
  const memory = new Memory();
  let frames = 0;
  const socket = new WebSocket(`${url.replace("http", "ws")}${path}`, { headers });
  onTestFinished(() => socket.terminate());
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.once("close", (code, reason) => resolve({ code, reason: String(reason) })),
  );
  socket.on("message", (data) => {
    frames += 1;
    for (const message of [JSON.parse(String(data))].flat()) memory.take(message);
  });
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  return Object.assign(memory, {
    socket,
    closed,
    say: (message: unknown) => socket.send(typeof message === "string" ? message : JSON.stringify(message)),
    get frames() {
      return frames;
    },
  });
}

export interface SseWatcher extends Watcher {
  readonly response: Response;
  /** Everything that came, as text. */
  readonly text: string;
  /** The id of the last message, which an EventSource gives back when it connects again. */
  readonly lastEventId: string;
  readonly ended: Promise<void>;
  stop(): void;
}

/** Watches by server-sent events as an EventSource does, but for connecting again; ends with the test. */
export async function watchSse(url: string, query = "", headers: Record<string, string> = {}): Promise<SseWatcher> {
  const abort = new AbortController();
  onTestFinished(() => abort.abort());
  const response = await fetch(`${url}/api/cato/events/stream${query}`, { signal: abort.signal, headers });
  const memory = new Memory();
  const state = { text: "", lastEventId: "" };
  const read = async (): Promise<void> => {
    let rest = "";
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      state.text += chunk;
      const blocks = (rest + chunk).split("\n\n");
      rest = blocks.pop() ?? "";
      for (const block of blocks) readBlock(block);
    }
  };
  const readBlock = (block: string): void => {
    const id = /^id: (.*)$/m.exec(block)?.[1];
    if (id !== undefined) state.lastEventId = id;
    const data = /^data: (.*)$/m.exec(block)?.[1];
    if (data !== undefined) memory.take(JSON.parse(data));
  };
  const ended = read().catch(() => undefined);
  return Object.assign(memory, {
    response,
    ended,
    stop: () => abort.abort(),
    get text() {
      return state.text;
    },
    get lastEventId() {
      return state.lastEventId;
    },
  });
}

/** A WebSocket by hand: it is open, and from then on neither reads nor answers anything unless the test does. Ends with the test. */
export async function silentClient(port: number, path = "/ws"): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  socket.on("error", () => undefined);
  socket.write(
    [
      `GET ${path} HTTP/1.1`,
      `Host: 127.0.0.1:${port}`,
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      "\r\n",
    ].join("\r\n"),
  );
  await new Promise((resolve) => socket.once("data", resolve));
  socket.pause();
  return socket;
}
