import type { Sink } from "../bus/sink.ts";
import type { Config } from "../config.ts";

/** The sinks that the configuration asks for, not started. What is not asked for is not loaded. */
export async function openSinks(config: Config): Promise<Sink[]> {
  const sinks: Sink[] = [];
  if (config.console !== false) {
    const { ConsoleSink } = await import("./console.ts");
    sinks.push(new ConsoleSink({ force: config.console === "always" }));
  }
  if (config.jsonl !== undefined) {
    const { JsonlSink } = await import("./jsonl.ts");
    sinks.push(new JsonlSink({ folder: config.jsonl }));
  }
  return sinks;
}
