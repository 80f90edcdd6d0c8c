import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import type { SocketWatcher } from "../live-clients.ts";
import type { Wish } from "./account.ts";
import { draft, drafts, eventsOf, filter, START_UNIX_MILLIS, times } from "./drafts.ts";
import { atPlace, leave, type Place, place, step, take } from "./places.ts";
import type { Connection } from "./watched-hub.ts";
import { maySay, said, say, seqOf, seqWish, since } from "./wishes.ts";

const publish = fc.record({ drafts, times, way: fc.constantFrom("HTTP" as const, "in process" as const) }).map((given) => {
  const name = `publish ${given.drafts.length} × ${given.times} by ${given.way}`;
  return step(name, ({ hub }) => hub.publish(eventsOf(given.drafts, given.times), given.way));
});

const publishMeanwhile = fc.record({ drafts, times, atOnce: fc.integer({ min: 1, max: 50 }) }).map((given) => {
  const name = `publish ${given.drafts.length} × ${given.times} meanwhile, ${given.atOnce} at once`;
  return step(name, async ({ hub }) => hub.publishMeanwhile(eventsOf(given.drafts, given.times), given.atOnce));
});

const saying = fc.record({ place, said: fc.array(said, { minLength: 1, maxLength: 3 }) }).map((given) =>
  step(
    `${given.place} says ${JSON.stringify(given.said)}`,
    async (scene) => {
      for (const one of given.said) say(scene, given.place, one);
    },
    ({ places }) => places[given.place]?.kind === "socket" && maySay(places[given.place] as Place, given.said),
  ),
);

const connectSocket = fc
  .record({ place, path: fc.constantFrom("/ws", "/ws?batch=1"), said: fc.option(said, { nil: undefined }) })
  .map((given) =>
    step(
      `${given.place} connects to ${given.path} and says ${JSON.stringify(given.said)}`,
      async (scene) => {
        leave(scene, given.place);
        scene.connections[given.place] = await scene.hub.watchSocket(given.path);
        if (given.said !== undefined) say(scene, given.place, given.said);
      },
      take(given.place, "socket", given.said !== undefined && "since" in given.said.wish),
    ),
  );

/** As the guide says that one does: with the filter, after the last event that was seen. */
const reconnectSocket = fc.record({ place, filter }).map((given) =>
  step(
    `${given.place} comes again, for ${JSON.stringify(given.filter)}`,
    async (scene) => {
      const lastSeq = scene.connections[given.place]?.watcher.seqs.at(-1) ?? 0;
      leave(scene, given.place);
      const connection = await scene.hub.watchSocket("/ws?batch=1");
      scene.connections[given.place] = connection;
      const { newestSeq } = scene.hub;
      connection.wishes.push(
        { kind: "subscribed", filter: given.filter, newestSeq },
        { kind: "resumed", resumeFrom: lastSeq, newestSeq },
      );
      (connection.watcher as SocketWatcher).say({ subscribe: given.filter, resumeFrom: lastSeq });
    },
    take(given.place, "socket", false),
  ),
);

const sseBegin = fc.oneof(fc.record({ lastEventId: seqWish }), fc.record({ parameter: seqWish }), since, fc.constant({}));

const connectSse = fc.record({ place, filter, begin: sseBegin }).map((given) =>
  step(
    `${given.place} connects by SSE for ${JSON.stringify(given.filter)}, ${JSON.stringify(given.begin)}`,
    async (scene) => {
      const { begin: from } = given;
      const { newestSeq } = scene.hub;
      const wishes: Wish[] = [];
      const query: Record<string, string> = {};
      const headers: Record<string, string> = {};
      const seqWished = "lastEventId" in from ? from.lastEventId : "parameter" in from ? from.parameter : undefined;
      if (seqWished !== undefined) {
        const resumeSeq = seqOf(seqWished, scene, given.place);
        wishes.push({ kind: "resumed", resumeFrom: resumeSeq, newestSeq });
        if ("lastEventId" in from) headers["Last-Event-ID"] = String(resumeSeq);
        else query.last_event_id = String(resumeSeq);
      } else if ("since" in from) {
        const sinceUnixMillis = START_UNIX_MILLIS + from.since * 1_000;
        wishes.push({ kind: "resumed", sinceUnixMillis, newestSeq });
        query.since = new Date(sinceUnixMillis).toISOString();
      }
      leave(scene, given.place);
      scene.connections[given.place] = await scene.hub.watchSse(given.filter, query, headers, wishes);
    },
    take(given.place, "sse", false),
  ),
);

/** As a browser does: with the address as it was, and the id of the last message. */
const reconnectSse = place.map((at) =>
  step(
    `${at} comes again by SSE`,
    async (scene) => {
      const before = scene.connections[at] as Connection;
      const { lastEventId } = before.watcher as { lastEventId?: string };
      leave(scene, at);
      const wishes: Wish[] = [{ kind: "resumed", resumeFrom: Number(lastEventId), newestSeq: scene.hub.newestSeq }];
      const headers = { "Last-Event-ID": String(lastEventId) };
      scene.connections[at] = await scene.hub.watchSse(before.filter, {}, headers, lastEventId === "" ? [] : wishes);
    },
    ({ places }) => places[at]?.kind === "sse",
  ),
);

/** Who takes nothing: some of what comes fills up the connection, more waits in front of it, and then it asks for something else. */
const slowSocket = fc
  .record({
    place,
    filter,
    first: fc.array(draft, { minLength: 4, maxLength: 8 }),
    next: drafts,
    waitMillis: fc.constantFrom(0, 30, 30),
    said: fc.option(said, { nil: undefined, freq: 4 }),
  })
  .map((given) =>
    step(
      `${given.place} comes for ${JSON.stringify(given.filter)}, takes nothing, and says ${JSON.stringify(given.said)}`,
      async (scene) => {
        leave(scene, given.place);
        const connection = await scene.hub.watchSocket("/ws");
        scene.connections[given.place] = connection;
        say(scene, given.place, { subscribe: given.filter, wish: {} });
        await (connection.watcher as SocketWatcher).told("subscribed");
        scene.hub.stall(connection);
        const large = given.first.map((one) => ({ ...one, isLarge: true }));
        for (const events of [eventsOf(large, 4), eventsOf(given.next, 1)]) {
          await scene.hub.publish(events, "in process");
          await sleep(given.waitMillis);
        }
        if (given.said !== undefined) say(scene, given.place, given.said);
      },
      take(given.place, "socket", given.said !== undefined && "since" in given.said.wish),
    ),
  );
const stall = atPlace("takes nothing more", (hub, connection) => hub.stall(connection));
const flow = atPlace("reads on", (hub, connection) => hub.flow(connection));
const prune = fc.constantFrom(45, 1_000).map((days) => step(`prune as in ${days} days`, ({ hub }) => hub.prune(days)));
const restart = fc.constant(step("restart", ({ hub }) => hub.restart()));
const wait = fc.integer({ min: 0, max: 20 }).map((millis) => step(`wait ${millis} ms`, () => sleep(millis)));

const weighted = [
  [10, publish],
  [4, publishMeanwhile],
  [3, connectSocket],
  [2, connectSse],
  [1, reconnectSocket],
  [1, reconnectSse],
  [12, saying],
  [6, stall],
  [4, slowSocket],
  [2, flow],
  [2, wait],
  [2, prune],
  [1, restart],
] as const;

/** Whatever may happen, some of it more often than the rest. */
export const steps = weighted.flatMap(([weight, arbitrary]) => Array.from({ length: weight }, () => arbitrary));
