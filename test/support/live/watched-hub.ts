import { channel } from "node:diagnostics_channel";
import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { Readable } from "node:stream";
import { expect, onTestFinished } from "vitest";
import { WebSocket } from "ws";
import type { AgentEvent, StoredEvent } from "../../../src/events/types.ts";
import type { FilterInput } from "../../../src/server/live/filter.ts";
import type { EventStore } from "../../../src/store/event-store.ts";
import { openStore } from "../../../src/store/open-store.ts";
import { someEvents } from "../../helpers/events.ts";
import { startTestHub, type TestHub } from "../hub.ts";
import { type Message, SocketWatcher, SseWatcher } from "../live-clients.ts";
import { until } from "../until.ts";
import { Account, type Wish } from "./account.ts";

/** Few enough that a connection that takes nothing loses some. */
const QUEUE_EVENTS = 5;
const PAGE_EVENTS = 5_000;

interface Listed {
  readonly state: string;
  readonly depth: number;
  readonly delivered: number;
}

/** Somebody's connection to the stream: what was said and sent on it. */
export interface Connection {
  readonly watcher: SocketWatcher | SseWatcher;
  readonly wishes: Wish[];
  readonly filter: FilterInput;
  /** Kept before the connection was open. */
  readonly openedSeq: number;
  readonly port: number;
  readonly end: () => void;
  isOpen: boolean;
}

/** A hub, everything that it ever kept, and those who watch it. */
export class WatchedHub {
  readonly events: StoredEvent[] = [];
  readonly pruned = new Set<number>();
  #test: TestHub;
  #connections: Connection[] = [];
  #underWay: Promise<unknown>[] = [];
  /** The same as the hub's, by connections of its own. */
  readonly #store: EventStore;
  readonly #hubEnds = new Map<number, Socket>();

  private constructor(test: TestHub, store: EventStore) {
    this.#test = test;
    this.#store = store;
    const accepted = (message: unknown) => {
      const { socket } = message as { socket: Socket };
      if (socket.remotePort !== undefined) this.#hubEnds.set(socket.remotePort, socket);
      socket.once("close", () => this.#hubEnds.delete(socket.remotePort as number));
    };
    channel("net.server.socket").subscribe(accepted);
    onTestFinished(() => void channel("net.server.socket").unsubscribe(accepted));
  }

  static async start(): Promise<WatchedHub> {
    const test = await startTestHub({ liveQueueEvents: QUEUE_EVENTS });
    const store = await openStore(test.data);
    onTestFinished(() => store.close());
    return new WatchedHub(test, store);
  }

  /** Of the newest event that is known to be kept. */
  get newestSeq(): number {
    return this.events.length;
  }

  async publish(events: readonly AgentEvent[], way: "HTTP" | "in process"): Promise<void> {
    const { hub } = this.#test;
    if (way === "in process") await hub.accept(events);
    else {
      const response = await fetch(`${hub.url}/v1/events`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(events),
      });
      expect(response.status, await response.text()).toBe(202);
    }
    await this.#readLog();
  }

  /** A few at a time, while other things happen. */
  publishMeanwhile(events: readonly AgentEvent[], atOnce: number): void {
    const publishing = async () => {
      for (let first = 0; first < events.length; first += atOnce)
        await this.publish(events.slice(first, first + atOnce), "in process");
    };
    this.#underWay.push(publishing());
  }

  async watchSocket(path: string): Promise<Connection> {
    const socket = new WebSocket(`${this.#test.hub.url.replace("http", "ws")}${path}`);
    const watcher = new SocketWatcher(socket);
    const [[response]] = await Promise.all([once(socket, "upgrade"), once(socket, "open")]);
    return this.#joined(watcher, response as IncomingMessage, [], {}, () => socket.terminate());
  }

  async watchSse(
    filter: FilterInput,
    query: Readonly<Record<string, string>>,
    headers: Record<string, string>,
    wishes: Wish[],
  ): Promise<Connection> {
    const { types, severity, ...lists } = filter;
    const parameters = new URLSearchParams({
      ...query,
      ...(types && { event_types: types.join() }),
      ...(severity && { severity }),
    });
    for (const [name, values] of Object.entries(lists)) if (values !== undefined) parameters.set(name, values.join());
    const request = get(`${this.#test.hub.url}/api/cato/events/stream?${parameters}`, { agent: false, headers });
    request.on("error", () => undefined);
    const [response] = (await once(request, "response")) as [IncomingMessage];
    const watcher = new SseWatcher(new Response(Readable.toWeb(response) as ReadableStream));
    return this.#joined(watcher, response, wishes, filter, () => request.destroy());
  }

  /** The network of a connection takes nothing any more, or takes it again. */
  stall({ port }: Connection): void {
    this.#hubEnds.get(port)?.cork();
  }

  flow({ port }: Connection): void {
    const end = this.#hubEnds.get(port);
    while (end !== undefined && end.writableCorked > 0) end.uncork();
  }

  disconnect(connection: Connection): void {
    connection.isOpen = false;
    connection.end();
  }

  /** @param inDays events of most types go after 30 days, those of trouble and decisions after 90 */
  async prune(inDays: number): Promise<void> {
    await this.#published();
    await this.#store.prune(Date.now() + inDays * 86_400_000);
    const kept = new Set<number>();
    for await (const { seq } of this.#stored(0)) kept.add(seq);
    for (const { seq } of this.events) if (!kept.has(seq)) this.pruned.add(seq);
  }

  async restart(): Promise<void> {
    await this.#published();
    const open = this.#connections.filter(({ isOpen }) => isOpen);
    for (const connection of open) this.flow(connection);
    await this.#test.hub.close();
    for (const connection of open) await this.#expectGoodbye(connection);
    this.#test = await startTestHub({ data: this.#test.data, liveQueueEvents: QUEUE_EVENTS });
  }

  /** Lets everything come to its end, and holds what everybody was sent to the model. */
  async settle(): Promise<void> {
    await this.#published();
    await this.#sent();
    const open = this.#connections.filter(({ isOpen }) => isOpen);
    await Promise.all(open.map((connection) => this.#letGoOn(connection)));
    await until("everybody to have everything", () => this.#areThrough(open), 10_000);
    for (const connection of this.#connections) this.#hold(connection);
    for (const connection of open) this.disconnect(connection);
    this.#connections = [];
    await until("nobody to watch", async () => (await this.#list()).length === 0);
  }

  /** Resolves once what was published before is no longer on its way to those who watch. */
  async #sent(): Promise<void> {
    const { watcher } = await this.watchSocket("/ws");
    await this.publish(someEvents(1), "in process");
    await watcher.reached(this.newestSeq);
  }

  async #letGoOn(connection: Connection): Promise<void> {
    this.flow(connection);
    const { watcher, wishes } = connection;
    if (watcher instanceof SseWatcher) return;
    watcher.say({ pause: false });
    wishes.push({ kind: "paused", pause: false, newestSeq: this.newestSeq });
    await watcher.told("paused", wishes.filter(({ kind }) => kind === "paused").length);
  }

  async #areThrough(open: readonly Connection[]): Promise<true | undefined> {
    const listed = await this.#list();
    const received = open.reduce((sum, { watcher }) => sum + watcher.seqs.length, 0);
    const isThrough =
      listed.every(({ state, depth }) => state === "live" && depth === 0) &&
      listed.reduce((sum, { delivered }) => sum + delivered, 0) === received;
    return isThrough || undefined;
  }

  #hold({ watcher, wishes, openedSeq, filter, isOpen }: Connection): void {
    const account = new Account(this, wishes, openedSeq, filter);
    for (const { message, id } of messagesOf(watcher)) account.take(message, id);
    if (isOpen) account.end();
  }

  async #expectGoodbye({ watcher }: Connection): Promise<void> {
    if (watcher instanceof SocketWatcher) expect((await watcher.closed).code).toBe(1_001);
    else await watcher.ended;
  }

  async #joined(
    watcher: SocketWatcher | SseWatcher,
    { socket }: IncomingMessage,
    wishes: Wish[],
    filter: FilterInput,
    end: () => void,
  ): Promise<Connection> {
    await this.#readLog();
    const connection = {
      watcher,
      wishes,
      filter,
      openedSeq: this.newestSeq,
      port: socket.localPort as number,
      end,
      isOpen: true,
    };
    const ended = watcher instanceof SocketWatcher ? watcher.closed : watcher.ended;
    void ended.then(() => {
      connection.isOpen = false;
    });
    this.#connections.push(connection);
    return connection;
  }

  async #list(): Promise<readonly Listed[]> {
    const response = await fetch(`${this.#test.hub.url}/api/cato/events/subscribers`);
    return ((await response.json()) as { subscribers: readonly Listed[] }).subscribers;
  }

  async #published(): Promise<void> {
    await Promise.all(this.#underWay);
    this.#underWay = [];
    await this.#readLog();
  }

  async #readLog(): Promise<void> {
    for await (const event of this.#stored(this.newestSeq)) {
      // Somebody else read it meanwhile.
      if (event.seq <= this.newestSeq) continue;
      expect(event.seq).toBe(this.newestSeq + 1);
      this.events.push(event);
    }
  }

  async *#stored(afterSeq: number): AsyncGenerator<StoredEvent> {
    for (let after = afterSeq; ; ) {
      const { events } = await this.#test.hub.query({ afterSeq: after, limit: PAGE_EVENTS });
      yield* events;
      if (events.length < PAGE_EVENTS) return;
      after = events.at(-1)?.seq as number;
    }
  }
}

function messagesOf(watcher: SocketWatcher | SseWatcher): readonly { readonly message: Message; readonly id?: number }[] {
  if (watcher instanceof SocketWatcher) return watcher.messages.map((message) => ({ message }));
  return [...watcher.text.matchAll(/^id: (\d+)\ndata: (.*)$/gm)].map(([, id, data]) => ({
    message: JSON.parse(data as string),
    id: Number(id),
  }));
}
