import { type BenchResult, compareThroughput, percentileResult } from "../measure.ts";
import { eventBodies } from "./bodies.ts";
import { startServer } from "./child.ts";
import { sendAll, sendAtRate, type Target } from "./load.ts";

const EVENTS_PER_REQUEST = 100;
const REQUESTS_PER_ROUND = 200;
const ROUNDS = 9;
const WARM_UP_ROUNDS = 3;
const STEADY_EVENTS_PER_SECOND = 5_000;
const STEADY_SECONDS = 10;

/** Durable ingest of a hub against a bare loop that does nothing but parse and insert; and how long a sender waits at a steady load. */
export async function benchIngest(): Promise<BenchResult[]> {
  const [hub, bare] = await Promise.all([startServer("hub-server.ts"), startServer("bare-server.ts")]);
  const results: BenchResult[] = [];
  for (const connections of [1, 8]) {
    const round = (url: string) => async () => {
      // No body is sent twice: the second time there would be nothing to insert.
      const bodies = eventBodies(REQUESTS_PER_ROUND, EVENTS_PER_REQUEST);
      return (bodies.length * EVENTS_PER_REQUEST * 1_000) / (await sendAll(eventsOf(url), bodies, connections));
    };
    const name = `durable ingest, ${EVENTS_PER_REQUEST} events a request, ${connections} ${connections === 1 ? "connection" : "connections"}`;
    results.push(await compareThroughput(name, "events/s", round(hub.url), round(bare.url), ROUNDS, WARM_UP_ROUNDS, 0.5));
  }
  const requestsPerSecond = STEADY_EVENTS_PER_SECOND / EVENTS_PER_REQUEST;
  const bodies = eventBodies(requestsPerSecond * STEADY_SECONDS, EVENTS_PER_REQUEST);
  const latencies = await sendAtRate(eventsOf(hub.url), bodies, requestsPerSecond, 8);
  results.push(percentileResult("acknowledgement at 5,000 events/s, p99", "ms", latencies, 0.99, 100));
  await Promise.all([hub.close(), bare.close()]);
  return results;
}

function eventsOf(url: string): Target {
  return { url, path: "/v1/events", contentType: "application/json" };
}
