import { answerBytes } from "../../src/server/api/answer-bytes.ts";
import type { ApiContext, Endpoint } from "../../src/server/api/endpoint.ts";
import { endpoints } from "../../src/server/api/endpoints/index.ts";
import { Problem } from "../../src/server/api/problem.ts";
import { views } from "../../src/views/index.ts";
import { ViewSet } from "../../src/views/view-set.ts";
import { absoluteResult, type BenchResult } from "../measure.ts";
import { largeFleet } from "./large-fleet.ts";

/** Longest that everything else may have to wait because of one answer. */
const MAX_STALL_MILLIS = 50;
const ROUNDS = 5;

/** What each endpoint is asked with beside nothing: what makes its answer as long as may be. */
const longest: readonly Readonly<Record<string, string>>[] = [
  {},
  { limit: "1000" },
  { limit: "500" },
  { limit: "200" },
  { limit: "100" },
  { limit: "50" },
  { hours: "168" },
  { hours: "720" },
  { days: "90" },
];
const params: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "/api/cato/agent/{id}": { id: "shop/agent-7" },
};

/**
 * How long the longest turn of each endpoint is over a fleet that is as large as views can hold: read, put into its shape, and written
 * as JSON.
 */
export async function benchReads(): Promise<BenchResult[]> {
  const set = new ViewSet(views, (_view, error) => {
    throw error;
  });
  for (const event of largeFleet(Date.now())) set.apply(event);
  const context = { views: set, query: async () => ({ events: [] }), lastEventUnixMillis: () => Date.now() };
  const results: BenchResult[] = [];
  // What is read from the store has a thread of its own.
  for (const endpoint of endpoints.filter(({ path }) => path !== "/api/events")) {
    results.push(await longestTurnOf(endpoint, context));
  }
  return results;
}

async function longestTurnOf(endpoint: Endpoint, context: ApiContext): Promise<BenchResult> {
  let worst = { millis: 0, query: "", bytes: 0 };
  for (const query of longest) {
    const parsed = endpoint.query.safeParse(query);
    if (!parsed.success) continue;
    const input = { params: params[endpoint.path] ?? { id: "run-7", run: "run-7" }, query: parsed.data };
    const turns: number[] = [];
    let bytes = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const turn = await longestTurn(async () => {
        bytes = (await answerBytes(await answerOf(endpoint, input, context))).body.length;
      });
      turns.push(turn);
    }
    // Of several the best: the first ones are not compiled yet, and other programs run as well.
    const millis = Math.min(...turns);
    if (millis >= worst.millis) worst = { millis, query: new URLSearchParams(query).toString(), bytes };
  }
  const asked = worst.query === "" ? endpoint.path : `${endpoint.path}?${worst.query}`;
  const kilobytes = Math.ceil(worst.bytes / 1_000).toLocaleString("en");
  return absoluteResult(`longest turn of ${asked} (${kilobytes} kB)`, "ms", worst.millis, MAX_STALL_MILLIS);
}

async function answerOf(endpoint: Endpoint, input: Parameters<Endpoint["handle"]>[0], context: ApiContext): Promise<unknown> {
  try {
    return await endpoint.handle(input, context);
  } catch (error) {
    if (error instanceof Problem) return error.message;
    throw error;
  }
}

/** The longest time between two chances for others, while something is done. */
async function longestTurn(work: () => Promise<void>): Promise<number> {
  let longestMillis = 0;
  let beforeMillis = performance.now();
  let isOver = false;
  const look = () => {
    const nowMillis = performance.now();
    longestMillis = Math.max(longestMillis, nowMillis - beforeMillis);
    beforeMillis = nowMillis;
    if (!isOver) setImmediate(look);
  };
  setImmediate(look);
  await work();
  isOver = true;
  await new Promise((resolve) => setImmediate(resolve));
  return longestMillis;
}
