import { createCrowsnest } from "crowsnest";
import { readKpiBucket } from "crowsnest/redis";
import { describe, expect, test } from "vitest";
import type { AgentEvent, EventInput } from "../../../src/events/types.ts";
import { complete } from "../../helpers/events.ts";
import { freePort } from "../../support/free-port.ts";
import { startTestHub } from "../../support/hub.ts";
import { inRepository, runNode } from "../../support/processes.ts";
import { hasRedis, startRedis } from "../../support/redis.ts";
import { until } from "../../support/until.ts";

const HOUR_MILLIS = 3_600_000;
/** The last hour that is over, so that nothing depends on when the test runs. */
const hour = () => Math.floor(Date.now() / HOUR_MILLIS - 1) * HOUR_MILLIS;

const done = (taskId: string, retries: number): EventInput => ({
  type: "task_completed",
  taskId,
  data: { taskType: "write_test", durationSeconds: 10, retries },
});

/** So many completed tasks of a service within the hour, each with a retry. */
function tasks(source: string, count: number, unixMillis = hour()): AgentEvent[] {
  return Array.from({ length: count }, (_, index) =>
    complete({ ...done(`${source}-${index}`, 1), source, timeUnixMillis: unixMillis + index }),
  );
}

describe.skipIf(!hasRedis)("hubs with Redis", () => {
  test("add to the same buckets, which expire", async () => {
    const redis = await startRedis();
    const client = await redis.connect();
    const [one, other] = [await startTestHub({ redis: redis.url }), await startTestHub({ redis: redis.url })];
    const start = hour();
    const bring = async (hub: typeof one.hub, events: readonly AgentEvent[]) => {
      for (let from = 0; from < events.length; from += 30) await hub.accept(events.slice(from, from + 30));
    };
    const shared = tasks("one", 250, start);
    await Promise.all([bring(one.hub, shared), bring(other.hub, tasks("other", 170, start))]);
    // Delivered twice to one hub: it counts once.
    await bring(one.hub, shared);
    await Promise.all([one.hub.close(), other.hub.close()]);

    const hourly = await readKpiBucket(client, "hourly", start);
    expect(hourly).toMatchObject({ events: 420, startUnixMillis: start });
    expect(hourly?.key).toMatch(/^metrics:hourly:\d{4}-\d\d-\d\dT\d\d:00:00$/);
    expect(hourly?.kpis).toMatchObject({
      average_retry_count: { value: 1, sample_size: 420 },
      time_to_completion: { value: 10, sample_size: 420 },
      validation_pass_rate: { value: null, sample_size: 0 },
    });
    const daily = await readKpiBucket(client, "daily", start);
    expect(daily?.key).toMatch(/^metrics:daily:\d{4}-\d\d-\d\d$/);
    expect(daily?.kpis.average_retry_count).toEqual(hourly?.kpis.average_retry_count);

    const [hourlySeconds, dailySeconds] = [await client.ttl(hourly?.key ?? ""), await client.ttl(daily?.key ?? "")];
    expect(hourlySeconds).toBeGreaterThan(7 * 86_400 - 60);
    expect(hourlySeconds).toBeLessThanOrEqual(7 * 86_400);
    expect(dailySeconds).toBeGreaterThan(30 * 86_400 - 60);
    expect(dailySeconds).toBeLessThanOrEqual(30 * 86_400);
    for (const key of await client.keys("*")) expect(await client.ttl(key)).toBeGreaterThan(0);
  });

  test("work on while it is away, and bring everything once it is back", async () => {
    const redis = await startRedis();
    const { hub, told, metric } = await startTestHub({ redis: redis.url });
    const start = hour();
    await hub.accept(tasks("before", 100, start));
    const client = await redis.connect();
    await until("the first flush", async () => (await readKpiBucket(client, "hourly", start)) !== undefined || undefined);
    expect(await metric("crowsnest_redis_flush_failures_total")).toBe(0);

    await redis.stop();
    await hub.accept(tasks("meanwhile", 150, start));
    await until("a failure", async () => ((await metric("crowsnest_redis_flush_failures_total")) ?? 0) > 1 || undefined);
    expect(hub.health().status).toBe("healthy");
    expect(await metric('crowsnest_queue_depth{queue="redis"}')).toBe(0);

    await redis.start();
    const again = await redis.connect();
    const bucket = await until("the rest", async () => {
      const found = await readKpiBucket(again, "hourly", start);
      return found?.events === 250 ? found : undefined;
    });
    expect(bucket.kpis.average_retry_count).toMatchObject({ value: 1, sample_size: 250 });
    expect(told.filter((line) => line.includes("Redis"))).toHaveLength(1);
    expect(told[0]).toMatch(/^crowsnest: KPIs cannot be brought to Redis at 127\.0\.0\.1:\d+ and wait: .*ECONNREFUSED/);
    expect(await metric('crowsnest_events_dropped_total{queue="redis",reason="write_failed"}')).toBeUndefined();
  });

  test("start without it, and count what they could not bring before their end", async () => {
    const { hub, told } = await startTestHub({ redis: `redis://hub:secret@127.0.0.1:${await freePort()}` });
    await hub.accept(tasks("shop", 40));
    await hub.close();
    expect(told).toEqual([
      expect.stringMatching(/^crowsnest: KPIs cannot be brought to Redis at 127\.0\.0\.1:\d+ and wait: /),
      expect.stringMatching(/^crowsnest: events for redis are lost \(write failed\): .*ECONNREFUSED/),
    ]);
    expect(told.join()).not.toContain("secret");
  });

  test("count an agent's time at work and what features cost as /api/kpis does", async () => {
    const redis = await startRedis();
    const client = await redis.connect();
    const { hub } = await startTestHub({ redis: redis.url });
    const start = hour();
    const at = (minutes: number, input: EventInput): AgentEvent =>
      complete({ ...input, timeUnixMillis: start + minutes * 60_000 });
    const ids = { taskId: "T-1", featureId: "F-1" };
    await hub.accept([
      at(0, { type: "agent_heartbeat", agent: "scribe", data: {} }),
      at(30, { type: "agent_heartbeat", agent: "critic", data: {} }),
      at(0, { type: "task_assigned", agent: "scribe", ...ids, data: { taskType: "write_test" } }),
      at(1, {
        type: "model_called",
        agent: "scribe",
        ...ids,
        data: { provider: "openai", model: "gpt-5", outcome: "success", durationSeconds: 1, costUsd: 0.1 },
      }),
      at(2, {
        type: "model_called",
        agent: "scribe",
        ...ids,
        data: { provider: "openai", model: "gpt-5", outcome: "success", durationSeconds: 1, costUsd: 0.2 },
      }),
      at(45, { type: "task_completed", ...ids, data: { taskType: "write_test", durationSeconds: 2_700 } }),
      at(50, { type: "review_completed", data: { outcome: "rejected" } }),
    ]);
    await hub.close();
    const bucket = await readKpiBucket(client, "hourly", start);
    expect(bucket?.kpis.agent_utilization).toMatchObject({ value: 0.5, sample_size: 2 });
    expect(bucket?.kpis.cost_per_feature.value).toBeCloseTo(0.3, 12);
    expect(bucket?.kpis.critic_rejection_rate).toMatchObject({ value: 1, sample_size: 1 });
    expect(bucket?.kpis.time_to_completion).toMatchObject({ value: 2_700, sample_size: 1 });
  });
});

describe.skipIf(!hasRedis)("an embedded process with Redis", () => {
  test("brings its KPIs when it closes, and is not kept alive by an open connection or by an outage", async () => {
    const redis = await startRedis();
    const client = await redis.connect();
    const crowsnest = await createCrowsnest({ service: "shop", port: "off", traces: false, redis: redis.url, signals: false });
    const now = Date.now();
    crowsnest.emit({ type: "review_completed", data: { outcome: "approved" }, timeUnixMillis: now });
    await crowsnest.close();
    expect((await readKpiBucket(client, "hourly", now))?.kpis.critic_rejection_rate).toMatchObject({ value: 0, sample_size: 1 });

    for (const url of [redis.url, `redis://127.0.0.1:${await freePort()}`]) {
      const program = `
        import { createCrowsnest } from ${JSON.stringify(inRepository("src/index.ts"))};
        const crowsnest = await createCrowsnest({ port: "off", traces: false, hostMetrics: false, redis: "${url}", log: () => {} });
        for (let index = 0; index < 200; index += 1) {
          crowsnest.emit({ type: "review_completed", data: { outcome: "rejected" }, timeUnixMillis: ${now} });
        }
      `;
      const started = performance.now();
      const { ended, output } = runNode(["--input-type=module", "--eval", program]);
      expect(await ended).toMatchObject({ code: 0 });
      expect(output.stderr).toBe("");
      expect(performance.now() - started).toBeLessThan(8_000);
    }
    const bucket = await readKpiBucket(client, "hourly", now);
    expect(bucket?.kpis.critic_rejection_rate.sample_size).toBe(201);
  });
});
