import type { Sink } from "../../src/bus/sink.ts";
import type { AgentEvent } from "../../src/events/types.ts";

/** A sink that keeps what it got, and is as slow or broken as the test asks. */
export class TestSink implements Sink {
  readonly name: string;
  /** What was written without failing, in order. */
  readonly received: AgentEvent[] = [];
  readonly batchSizes: number[] = [];
  closed = 0;
  readonly #behaviour: Partial<Omit<Sink, "name">>;

  constructor({ name = "test", ...behaviour }: Partial<Sink> = {}) {
    this.name = name;
    this.#behaviour = behaviour;
  }

  async start(): Promise<void> {
    await this.#behaviour.start?.();
  }

  async write(batch: readonly AgentEvent[]): Promise<void> {
    this.batchSizes.push(batch.length);
    await this.#behaviour.write?.(batch);
    this.received.push(...batch);
  }

  async close(): Promise<void> {
    this.closed += 1;
    await this.#behaviour.close?.();
  }
}
