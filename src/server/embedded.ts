import express from "express";
import type { Config } from "../config.ts";
import type { Observed } from "../health/observed.ts";
import { createHostGuard } from "./host-guard.ts";
import { type Listener, listen } from "./listen.ts";
import { createObserveRouter } from "./observe-router.ts";

/** `/metrics` and `/health` as a request handler for the host's own app. */
export function createRouter(observed: Observed) {
  const app = express();
  app.disable("x-powered-by");
  app.use(createObserveRouter(observed));
  return app;
}

/** Serves `/metrics` and `/health` of one agent process on a port of its own, which does not keep the process alive. */
export async function listenEmbedded(observed: Observed, config: Config): Promise<Listener> {
  const port = config.port === "off" ? 0 : config.port;
  const app = express();
  app.disable("x-powered-by");
  app.use(createHostGuard(config));
  app.use(createObserveRouter(observed));
  return listen(app, config.host, port, "port (CROWSNEST_PORT)", { keepsProcessAlive: false });
}

export { listenEmbedded as listen };
