import { type Kpis, kpiSumNames, kpisOf, newKpiSums } from "../../folds/kpis/kpis.ts";
import { agentsKeyOf, EVENTS_FIELD, featuresKeyOf, periods, startOf } from "./keys.ts";

/** As much of a connected client of the package `redis` as reading takes. */
export interface BucketClient {
  hGetAll(key: string): Promise<Readonly<Record<string, string>>>;
  zRangeWithScores(key: string, min: number, max: number): Promise<readonly { readonly score: number }[]>;
  sCard(key: string): Promise<number>;
}

/** What all hubs brought of one hour or one day. */
export interface KpiBucket {
  readonly key: string;
  readonly startUnixMillis: number;
  readonly events: number;
  readonly kpis: Kpis;
}

/**
 * Reads the bucket that a moment lies in and computes its KPIs, as they are defined for `/api/kpis`; undefined where there is none.
 * In a bucket that is not over yet, agents are known up to `nowUnixMillis`.
 */
export async function readKpiBucket(
  client: BucketClient,
  period: keyof typeof periods,
  unixMillis: number,
  nowUnixMillis: number = Date.now(),
): Promise<KpiBucket | undefined> {
  const { keyOf, widthMillis } = periods[period];
  const startUnixMillis = startOf(periods[period], unixMillis);
  const key = keyOf(startUnixMillis);
  const [fields, agents, features] = await Promise.all([
    client.hGetAll(key),
    client.zRangeWithScores(agentsKeyOf(key), 0, -1),
    client.sCard(featuresKeyOf(key)),
  ]);
  if (fields[EVENTS_FIELD] === undefined) return undefined;
  const sums = newKpiSums();
  for (const name of kpiSumNames) sums[name] = Number(fields[name] ?? 0);
  sums.features_completed = features;
  const untilMillis = Math.min(startUnixMillis + widthMillis, nowUnixMillis);
  const seconds = agents.reduce((sum, { score }) => sum + Math.max(0, untilMillis - score) / 1_000, 0);
  return { key, startUnixMillis, events: Number(fields[EVENTS_FIELD]), kpis: kpisOf(sums, { agents: agents.length, seconds }) };
}
