import type { AgentEvent, EventOf, EventType, Sink } from "crowsnest";

/** A sink that remembers, for tests of what reaches one. */
export class Recorder implements Sink {
  readonly name = "recorder";
  readonly events: AgentEvent[] = [];

  async start(): Promise<void> {}

  async write(batch: readonly AgentEvent[]): Promise<void> {
    this.events.push(...batch);
  }

  async close(): Promise<void> {}

  get types(): EventType[] {
    return this.events.map(({ type }) => type);
  }

  of<T extends EventType>(type: T): EventOf<T>[] {
    return this.events.filter((event): event is EventOf<T> & AgentEvent => event.type === type);
  }
}
