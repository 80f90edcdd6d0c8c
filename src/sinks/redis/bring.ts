import type { RedisClientType } from "redis";
import { type KpiSum, kpiSumNames } from "../../folds/kpis/kpis.ts";
import { agentsKeyOf, EVENTS_FIELD, featuresKeyOf, type Period, periods, writerKeyOf } from "./keys.ts";
import type { PendingSums, Portion } from "./pending-sums.ts";

/** How long Redis remembers what a writer brought last: longer than any outage after which it would still be brought. */
const WRITER_SECONDS = 7 * 86_400;

export interface Delivery {
  readonly writerId: string;
  /** One more with every delivery of a writer's. */
  readonly sequence: number;
  readonly sums: PendingSums;
}

type Multi = ReturnType<RedisClientType["multi"]>;

/**
 * Adds sums to their buckets, all or none of them, and once however often it is tried: the transaction also notes the delivery's
 * number. A connection that breaks leaves open whether Redis took the transaction; the note tells when it is tried again. As the note
 * is watched, a transaction that Redis reads late, from a connection that was given up, does not count either.
 */
export async function bring(client: RedisClientType, { writerId, sequence, sums }: Delivery, nowMillis: number): Promise<void> {
  const writerKey = writerKeyOf(writerId);
  const [, brought] = await Promise.all([client.watch(writerKey), client.get(writerKey)]);
  if (brought !== null && Number(brought) >= sequence) {
    await client.unwatch();
    return;
  }
  const multi = client.multi();
  for (const hour of sums.hours) addPortion(multi, periods.hourly, hour, nowMillis);
  for (const day of sums.days()) addPortion(multi, periods.daily, day, nowMillis);
  multi.set(writerKey, String(sequence), { expiration: { type: "EX", value: WRITER_SECONDS } });
  await multi.exec();
}

function addPortion(multi: Multi, period: Period, portion: Portion, nowMillis: number): void {
  const { startMillis, events, sums, agents, features } = portion;
  // It would have expired by now.
  if (startMillis + period.keptSeconds * 1_000 < nowMillis) return;
  const key = period.keyOf(startMillis);
  multi.hIncrBy(key, EVENTS_FIELD, events);
  for (const name of kpiSumNames) {
    if (sums[name] === 0) continue;
    if (isFraction(name)) multi.hIncrByFloat(key, name, sums[name]);
    else multi.hIncrBy(key, name, sums[name]);
  }
  multi.expire(key, period.keptSeconds);
  if (agents.size > 0) {
    // Within a bucket an agent is known since it was first heard of, whichever hub heard it.
    const members = [...agents].map(([value, firstMillis]) => ({ value, score: Math.max(startMillis, firstMillis) }));
    multi.zAdd(agentsKeyOf(key), members, { comparison: "LT" });
    multi.expire(agentsKeyOf(key), period.keptSeconds);
  }
  if (features.size > 0) {
    multi.sAdd(featuresKeyOf(key), [...features]);
    multi.expire(featuresKeyOf(key), period.keptSeconds);
  }
}

function isFraction(name: KpiSum): boolean {
  return name.endsWith("_seconds") || name.endsWith("_usd");
}
