import type { Board } from "../board.ts";
import { line } from "../layout.ts";
import { hostLoad, hostUse } from "../panels/host.ts";
import {
  eventRate,
  eventsByType,
  eventsLost,
  eventsLostByQueue,
  fullestQueue,
  liveClients,
  liveDelivery,
  otlpIgnored,
  queues,
  redisFailures,
  scrapeTime,
  spool,
  storeCommits,
  storeCommitTimes,
  storeFailures,
  trouble,
} from "../panels/own-events.ts";
import {
  cpu,
  eventLoop,
  garbageCollection,
  memory,
  openFiles,
  processesUp,
  residentMemory,
  uptime,
  versions,
} from "../panels/own-process.ts";
import type { Context } from "./context.ts";

/** Whether the lookout is awake: what it takes in, what it loses, and what it costs. */
export function crowsnestItself({ queries: q, thresholds, instance }: Context): Board {
  return {
    uid: "crowsnest-itself",
    title: "Crowsnest itself",
    description: "Whether the lookout is awake: what it takes in, what it loses, and what it costs.",
    variables: [instance],
    sections: [
      {
        title: "Now",
        lines: [
          line(
            4,
            processesUp(),
            eventRate(q),
            eventsLost(q),
            fullestQueue(q, thresholds),
            residentMemory(),
            [uptime(), 3],
            [versions(q), 6],
          ),
        ],
      },
      {
        title: "Events",
        lines: [
          line(8, [eventsByType(q), 12], eventsLostByQueue(q)),
          line(8, queues(q, thresholds), trouble(q), redisFailures(q), otlpIgnored(q)),
        ],
      },
      { title: "Store", lines: [line(8, storeCommits(q, thresholds), storeCommitTimes(q), storeFailures(q), spool(q))] },
      { title: "Readers", lines: [line(8, scrapeTime(q, thresholds), liveClients(q), liveDelivery(q))] },
      { title: "Process", lines: [line(8, memory(), cpu(), eventLoop()), line(8, garbageCollection(), openFiles())] },
      { title: "Host", lines: [line(8, hostUse(q), hostLoad(q))] },
    ],
  };
}
