import type { IncomingMessage, ServerResponse } from "node:http";
import { type RequestHandler, Router } from "express";
import { messageOf } from "../bus/trouble.ts";
import type { Core } from "../core.ts";
import type { StoredEvent } from "../events/types.ts";
import type { Replayed, SnapshotPart } from "../folds/snapshot-part.ts";
import type { EventStore } from "../store/event-store.ts";
import { views } from "../views/index.ts";
import { ViewSet } from "../views/view-set.ts";
import { createAccessCheck, headersWithToken } from "./access-guard.ts";
import { createApiRouter } from "./api/api-router.ts";
import { endpoints } from "./api/endpoints/index.ts";
import { createExportRouter } from "./api/export-router.ts";
import { createHostCheck } from "./host-guard.ts";
import { type HttpListener, listen } from "./listen.ts";
import { LiveStream } from "./live/live-stream.ts";
import { logReaders } from "./live/log-readers.ts";

/** What the hub shows beside metrics: views of how things are, the API that asks them, and the live stream. */
export class Observatory implements Replayed {
  readonly views: ViewSet<typeof views>;
  readonly #core: Core;
  readonly #store: EventStore;
  #live: LiveStream | undefined;
  #listener: HttpListener | undefined;
  #lastReceivedUnixMillis = 0;

  constructor(core: Core, store: EventStore) {
    this.#core = core;
    this.#store = store;
    this.views = new ViewSet(views, (view, error) => {
      core.metrics.tapFailures.inc({ tap: `view ${view}` });
      core.trouble.tell(`view ${view}`, () => `the view ${view} could not take an event: ${messageOf(error)}`);
    });
  }

  /** Where WebSockets watch beside the first port; undefined where there is no such port. */
  get wsUrl(): string | undefined {
    return this.#listener?.url.replace(/^http/, "ws");
  }

  /** What a snapshot holds of it. */
  get parts(): readonly SnapshotPart[] {
    return this.views.parts;
  }

  /** An event that was kept before a restart. */
  replay(event: StoredEvent): void {
    this.#lastReceivedUnixMillis = event.receivedUnixMillis;
    this.views.apply(event);
  }

  /** Everything that is kept from now on is seen. @returns what answers its part of HTTP */
  async start(): Promise<RequestHandler> {
    const { bus, config, metrics, trouble } = this.#core;
    const { lastSeq } = await this.#store.stats();
    const [hostCheck, accessCheck] = [createHostCheck(config), createAccessCheck(config)];
    const live = new LiveStream({ capacity: config.liveQueueEvents, maxWatchers: config.maxWatchers }, lastSeq, {
      refusal: (request: IncomingMessage) => hostCheck(request.headers) ?? accessCheck(headersWithToken(request)),
      ...logReaders(this.#store),
      delivered: (delaySeconds) => metrics.liveDelivery.observe({}, delaySeconds),
      dropped: (count) => metrics.eventsDropped.inc({ queue: "live", reason: "queue_full" }, count),
      watched: (watchers) => metrics.liveClients.set({}, watchers),
      refused: (why) => trouble.tell("watchers", () => `a watcher is refused: ${why}`),
    });
    this.#live = live;
    bus.tap("views", (event) => this.replay(event as StoredEvent));
    bus.tap("live", (event) => live.publish(event as StoredEvent));
    const router = Router();
    router.use(live.router);
    router.use(createExportRouter({ location: config.store ?? config.data, version: this.#core.version }));
    router.use(
      createApiRouter(endpoints, {
        views: this.views,
        query: (query) => this.#store.query(query),
        lastEventUnixMillis: () => this.#lastReceivedUnixMillis,
      }),
    );
    return router;
  }

  /** Takes WebSockets at `/ws` of the hub's first port, and on a port of their own. */
  async listen(main: HttpListener | undefined): Promise<void> {
    const { config, trouble } = this.#core;
    if (main !== undefined) this.#live?.attach(main.server, ["/ws"]);
    if (config.wsPort === "off") return;
    try {
      this.#listener = await listen(webSocketsOnly, config.host, config.wsPort, "--ws-port (CROWSNEST_WS_PORT)");
      this.#live?.attach(this.#listener.server, ["/", "/ws"]);
    } catch (error) {
      // Nobody asked for this very port, and there is a WebSocket at /ws of the first one.
      if (config.wsPortIsChosen) throw error;
      trouble.tell("ws", () => `WebSockets are taken at /ws only: ${messageOf(error)}`);
    }
  }

  async close(): Promise<void> {
    await this.#live?.close();
    await this.#listener?.close();
  }
}

function webSocketsOnly(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(426, { "Content-Type": "text/plain", Upgrade: "websocket" }).end("This port speaks WebSocket.\n");
}
