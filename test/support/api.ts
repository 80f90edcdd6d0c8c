import type { AddressInfo } from "node:net";
import { join } from "node:path";
import express from "express";
import { onTestFinished } from "vitest";
import type { AgentEvent } from "../../src/events/types.ts";
import { createApiRouter } from "../../src/server/api/api-router.ts";
import { endpoints } from "../../src/server/api/endpoints/index.ts";
import { createExportRouter } from "../../src/server/api/export-router.ts";
import type { EventStore } from "../../src/store/event-store.ts";
import { openStore } from "../../src/store/open-store.ts";
import { views } from "../../src/views/index.ts";
import { ViewSet } from "../../src/views/view-set.ts";
import { tempFolder } from "./temp-folder.ts";

export interface TestApi {
  readonly url: string;
  readonly location: string;
  readonly store: EventStore;
  /** Keeps events and shows them in the views. */
  tell(events: readonly AgentEvent[]): Promise<void>;
}

/** The API on a store and views of its own, without the rest of a hub; ends with the test. */
export async function startTestApi(): Promise<TestApi> {
  const location = join(await tempFolder(), "data");
  const store = await openStore(location);
  const failures: unknown[] = [];
  const set = new ViewSet(views, (view, error) => failures.push(view, error));
  let lastEventUnixMillis = 0;
  const app = express();
  app.use(createExportRouter({ location, version: "1.2.3" }));
  app.use(
    createApiRouter(endpoints, {
      views: set,
      query: (query) => store.query(query),
      lastEventUnixMillis: () => lastEventUnixMillis,
    }),
  );
  const server = app.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await store.close();
    if (failures.length > 0) throw new Error(`views failed: ${failures.map(String).join("; ")}`);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    location,
    store,
    async tell(events) {
      const { stored } = await store.append(events);
      for (const event of stored) {
        set.apply(event);
        lastEventUnixMillis = event.receivedUnixMillis;
      }
    },
  };
}
