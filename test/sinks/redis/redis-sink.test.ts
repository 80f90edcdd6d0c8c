import { type AddressInfo, createServer, connect as dial, type Socket } from "node:net";
import type { RedisClientType } from "redis";
import { describe, expect, it, onTestFinished } from "vitest";
import type { AgentEvent } from "../../../src/events/types.ts";
import { readKpiBucket } from "../../../src/sinks/redis/read-bucket.ts";
import { RedisSink, type RedisSinkOptions } from "../../../src/sinks/redis/redis-sink.ts";
import { complete } from "../../helpers/events.ts";
import { hasRedis, startRedis } from "../../support/redis.ts";
import { until } from "../../support/until.ts";

const HOUR_MILLIS = 3_600_000;
const hour = Math.floor(Date.now() / HOUR_MILLIS - 1) * HOUR_MILLIS;

const reviews = (count: number, unixMillis = hour): AgentEvent[] =>
  Array.from({ length: count }, () =>
    complete({ type: "review_completed", timeUnixMillis: unixMillis, data: { outcome: "rejected" } }),
  );

function startSink(url: string, options: Partial<RedisSinkOptions> = {}) {
  const trouble = { failures: 0, lost: 0, causes: [] as string[] };
  const sink = new RedisSink(
    { url, ...options },
    {
      failed(error) {
        trouble.failures += 1;
        trouble.causes.push(String(error));
      },
      lost(events, cause) {
        trouble.lost += events;
        trouble.causes.push(String(cause));
      },
    },
  );
  onTestFinished(() => sink.close());
  return { sink, trouble };
}

/** How many reviews have arrived. */
async function arrived(client: RedisClientType): Promise<number> {
  return (await readKpiBucket(client, "hourly", hour))?.kpis.critic_rejection_rate.sample_size ?? 0;
}

/** A way to Redis that the test can break just where Redis has the transaction and nobody has its answer. */
async function startWay(redisUrl: string) {
  const target = new URL(redisUrl);
  const way = {
    url: "",
    breaks: "never" as "never" | "before the answer" | "before it is read" | "silently",
    releaseHeld: () => {},
  };
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = dial(Number(target.port), target.hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => {});
    }
    near.on("data", (bytes) => {
      const isTransaction = bytes.includes("EXEC");
      if (way.breaks === "silently") return;
      if (isTransaction && way.breaks === "before the answer") {
        way.breaks = "never";
        far.removeAllListeners("data");
        // Redis went through it; the answer is lost with the connection.
        far.once("data", () => near.destroy());
        far.write(bytes);
      } else if (isTransaction && way.breaks === "before it is read") {
        way.breaks = "never";
        // It is still on its way when the sender gives the connection up, and comes through later.
        way.releaseHeld = () => far.write(bytes);
        near.destroy();
      } else {
        far.write(bytes);
      }
    });
    far.on("data", (bytes) => near.write(bytes));
    far.on("close", () => near.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  way.url = `redis://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return way;
}

describe.skipIf(!hasRedis)("the sink for Redis", () => {
  it("brings what it has after 100 events, and the rest when it closes", async () => {
    const redis = await startRedis();
    const client = await redis.connect();
    const { sink, trouble } = startSink(redis.url);
    await sink.write(reviews(99));
    await sink.write(reviews(1));
    await until("the first hundred", async () => (await arrived(client)) === 100 || undefined);
    await sink.write(reviews(7));
    await sink.close();
    expect(await arrived(client)).toBe(107);
    expect(trouble).toEqual({ failures: 0, lost: 0, causes: [] });
    await sink.close();
    await expect(sink.write(reviews(1))).rejects.toThrow("closed");
  });

  it("brings what there is after a while, however little", async () => {
    const redis = await startRedis();
    const client = await redis.connect();
    const { sink } = startSink(redis.url, { flushMillis: 50 });
    for (const count of [1, 2, 3]) {
      await sink.write(reviews(1));
      await until("one more", async () => (await arrived(client)) === count || undefined);
    }
  });

  it("counts once although the connection breaks when Redis has it and nobody has the answer", async () => {
    const redis = await startRedis();
    const client = await redis.connect();
    const way = await startWay(redis.url);
    const { sink, trouble } = startSink(way.url);
    way.breaks = "before the answer";
    await sink.write(reviews(100));
    await until("the failure", () => trouble.failures === 1 || undefined);
    expect(await arrived(client)).toBe(100);
    await sink.write(reviews(50));
    await sink.close();
    expect(await arrived(client)).toBe(150);
    expect(trouble.lost).toBe(0);
  });

  it("counts once although Redis reads the first attempt after the second", async () => {
    const redis = await startRedis();
    const client = await redis.connect();
    const way = await startWay(redis.url);
    const { sink, trouble } = startSink(way.url);
    way.breaks = "before it is read";
    await sink.write(reviews(100));
    await until("the failure", () => trouble.failures === 1 || undefined);
    expect(await arrived(client)).toBe(0);
    await until("the second attempt", async () => (await arrived(client)) === 100 || undefined);
    way.releaseHeld();
    await sink.write(reviews(1));
    await sink.close();
    expect(await arrived(client)).toBe(101);
  });

  it("gives up waiting for a Redis that says nothing, and brings it all when it is back", async () => {
    const redis = await startRedis();
    const client = await redis.connect();
    const way = await startWay(redis.url);
    const { sink, trouble } = startSink(way.url);
    way.breaks = "silently";
    await sink.write(reviews(100));
    await until("the failure", () => trouble.failures === 1 || undefined);
    expect(trouble.causes).toEqual(["Error: no answer within 3 s"]);
    way.breaks = "never";
    await sink.close();
    expect(await arrived(client)).toBe(100);
  });

  it("brings at once what came while it was away, however little", async () => {
    const redis = await startRedis();
    const { sink, trouble } = startSink(redis.url, { flushMillis: 600_000 });
    await redis.stop();
    await sink.write(reviews(100));
    await until("the failure", () => trouble.failures > 0 || undefined);
    await sink.write(reviews(1));
    await redis.start();
    const client = await redis.connect();
    await until("all of it", async () => (await arrived(client)) === 101 || undefined);
  });

  it("counts what does not fit what somebody else put there, and does not try it for ever", async () => {
    const redis = await startRedis();
    const client = await redis.connect();
    const daily = `metrics:daily:${new Date(hour).toISOString().slice(0, 10)}`;
    await client.set(daily, "not a hash");
    const { sink, trouble } = startSink(redis.url);
    await sink.write(reviews(100));
    await until("the loss", () => trouble.lost === 100 || undefined);
    expect(trouble.causes.join()).toContain("WRONGTYPE");
    await client.del(daily);
    await sink.write(reviews(5));
    await sink.close();
    expect([await arrived(client), trouble.lost]).toEqual([105, 100]);
  });

  it("keeps everything while Redis is full", async () => {
    const redis = await startRedis(["--maxmemory", "1", "--maxmemory-policy", "noeviction"]);
    const client = await redis.connect();
    const { sink, trouble } = startSink(redis.url);
    await sink.write(reviews(100));
    await until("the failure", () => trouble.failures > 0 || undefined);
    expect(trouble.causes[0]).toContain("maxmemory");
    await client.configSet("maxmemory", "0");
    await sink.close();
    expect([await arrived(client), trouble.lost]).toEqual([100, 0]);
  });

  it("puts events into the bucket of their own time, and leaves out those whose buckets are gone", async () => {
    const redis = await startRedis();
    const client = await redis.connect();
    const { sink } = startSink(redis.url);
    const daysAgo = (days: number) => hour - days * 86_400_000;
    for (const days of [0, 8, 31]) await sink.write(reviews(3, daysAgo(days)));
    await sink.write(reviews(2, Date.now() + 365 * 86_400_000));
    await sink.close();
    const events = async (period: "hourly" | "daily", unixMillis: number) =>
      (await readKpiBucket(client, period, unixMillis))?.events;
    expect([await events("hourly", hour), await events("hourly", daysAgo(8)), await events("daily", daysAgo(8))]).toEqual([
      3,
      undefined,
      3,
    ]);
    expect(await events("daily", daysAgo(31))).toBeUndefined();
    const keys = await client.keys("metrics:hourly:*");
    // A clock that is ahead is taken for now.
    expect(keys.every((key) => Date.parse(`${key.slice("metrics:hourly:".length)}Z`) <= Date.now())).toBe(true);
  });

  it("knows an agent in a bucket since the first of the writers heard of it", async () => {
    const redis = await startRedis();
    const client = await redis.connect();
    const heard = (minutes: number) =>
      complete({ type: "agent_heartbeat", agent: "scribe", timeUnixMillis: hour + minutes * 60_000, data: {} });
    for (const minutes of [30, 15, 45]) {
      const { sink } = startSink(redis.url);
      await sink.write([heard(minutes)]);
      await sink.close();
    }
    const key = `metrics:hourly:${new Date(hour).toISOString().slice(0, 19)}:agents`;
    expect(await client.zRangeWithScores(key, 0, -1)).toEqual([{ value: "shop/scribe", score: hour + 900_000 }]);
  });
});
