import type { Sink } from "../bus/sink.ts";
import { messageOf, type Trouble } from "../bus/trouble.ts";
import type { Config } from "../config.ts";
import type { Metrics } from "../metrics/metric-set.ts";

/** Where sinks tell of trouble that is no batch's. */
export interface SinkHost {
  readonly metrics: Metrics;
  readonly trouble: Trouble;
  readonly losses: { events(queue: string, reason: string, count: number, cause?: unknown): void };
}

/** The sinks that the configuration asks for, not started. What is not asked for is not loaded. */
export async function openSinks(config: Config, host: SinkHost): Promise<Sink[]> {
  const sinks: Sink[] = [];
  if (config.console !== false) {
    const { ConsoleSink } = await import("./console.ts");
    sinks.push(new ConsoleSink({ force: config.console === "always" }));
  }
  if (config.jsonl !== undefined) {
    const { JsonlSink } = await import("./jsonl.ts");
    sinks.push(new JsonlSink({ folder: config.jsonl }));
  }
  if (config.redis !== undefined) sinks.push(await openRedis(config.redis, host));
  return sinks;
}

async function openRedis(url: string, host: SinkHost): Promise<Sink> {
  const { RedisSink } = await import("./redis/redis-sink.ts");
  // There from the start, so that the first failure is a step that a rate can see.
  host.metrics.redisFlushFailures.inc({}, 0);
  return new RedisSink(
    { url },
    {
      failed(error, isFirst) {
        host.metrics.redisFlushFailures.inc({});
        // Without the user and the password that the URL may have.
        const where = new URL(url).host;
        if (isFirst)
          host.trouble.tell("redis", () => `KPIs cannot be brought to Redis at ${where} and wait: ${messageOf(error)}`);
      },
      lost: (events, cause) => host.losses.events("redis", "write_failed", events, cause),
    },
  );
}
