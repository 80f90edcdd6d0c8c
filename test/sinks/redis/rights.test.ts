import type { RedisClientType } from "redis";
import { describe, expect, it, onTestFinished } from "vitest";
import { RedisSink } from "../../../src/sinks/redis/redis-sink.ts";
import { complete } from "../../helpers/events.ts";
import { freePort } from "../../support/free-port.ts";
import { hasRedis, startRedis } from "../../support/redis.ts";
import { until } from "../../support/until.ts";

const HOUR_MILLIS = 3_600_000;
const hour = Math.floor(Date.now() / HOUR_MILLIS - 1) * HOUR_MILLIS;
const key = `metrics:hourly:${new Date(hour).toISOString().slice(0, 19)}`;

const reviews = (count: number) =>
  Array.from({ length: count }, () =>
    complete({ type: "review_completed", timeUnixMillis: hour, data: { outcome: "rejected" } }),
  );

function startSink(url: string) {
  const trouble = { lost: 0, causes: [] as string[] };
  const sink = new RedisSink(
    { url },
    {
      failed: (error) => void trouble.causes.push(String(error)),
      lost(events) {
        trouble.lost += events;
      },
    },
  );
  onTestFinished(() => sink.close());
  return { sink, trouble };
}

const arrived = async (client: RedisClientType) => Number((await client.hGet(key, "events")) ?? 0);

describe.skipIf(!hasRedis)("a Redis that refuses", () => {
  it("because it has become a replica gets everything once it is none", async () => {
    const redis = await startRedis();
    const client = await redis.connect();
    const { sink, trouble } = startSink(redis.url);
    await sink.write(reviews(100));
    await until("the first", async () => (await arrived(client)) === 100 || undefined);
    await client.sendCommand(["REPLICAOF", "127.0.0.1", String(await freePort())]);
    await sink.write(reviews(100));
    await until("the failure", () => trouble.causes.length > 0 || undefined);
    await client.sendCommand(["REPLICAOF", "NO", "ONE"]);
    await sink.close();
    expect([await arrived(client), trouble.lost]).toEqual([200, 0]);
    expect(trouble.causes[0]).toContain("READONLY");
  });

  it("because it wants a password gets everything once it wants none", async () => {
    const redis = await startRedis();
    const client = await redis.connect();
    await client.configSet("requirepass", "secret-word");
    const { sink, trouble } = startSink(redis.url);
    await sink.write(reviews(100));
    await until("the failure", () => trouble.causes.length > 0 || undefined);
    await client.sendCommand(["AUTH", "secret-word"]);
    await client.configSet("requirepass", "");
    await sink.close();
    expect([await arrived(client), trouble.lost]).toEqual([100, 0]);
    expect(trouble.causes[0]).toContain("NOAUTH");
  });

  it("because its rights end at hashes loses nothing while some of the commands are refused", async () => {
    const redis = await startRedis();
    const client = await redis.connect();
    await client.sendCommand(["ACL", "SETUSER", "default", "-zadd"]);
    const { sink, trouble } = startSink(redis.url);
    const named = reviews(100).map((event) => ({ ...event, agent: "critic" }));
    await sink.write(named);
    await until("the failure", () => trouble.causes.length > 0 || undefined);
    await client.sendCommand(["ACL", "SETUSER", "default", "+zadd"]);
    await sink.close();
    expect([await arrived(client), trouble.lost]).toEqual([100, 0]);
  });

  it("because it fills up in the middle loses nothing and counts nothing twice", async () => {
    const redis = await startRedis(["--maxmemory-policy", "noeviction"]);
    const client = await redis.connect();
    const { sink, trouble } = startSink(redis.url);
    for (let turn = 0; turn < 10; turn += 1) {
      await sink.write(reviews(100));
      await client.configSet("maxmemory", turn % 2 === 0 ? "1" : "0");
    }
    await client.configSet("maxmemory", "0");
    await sink.close();
    expect([await arrived(client), trouble.lost]).toEqual([1_000, 0]);
  });
});
