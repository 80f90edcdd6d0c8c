import { randomUUID } from "node:crypto";
import type { AgentEvent, CrowsnestOptions } from "crowsnest";
import { type Embedded, startEmbedded } from "./embedded.ts";
import type { TestHub } from "./hub.ts";

/** An agent process that sends its events to a hub; ends with the test. Both stand in one process, and know each other by HTTP only. */
export function startRelaying(hub: string, options: CrowsnestOptions = {}): Promise<Embedded> {
  return startEmbedded({ service: "relaying", hub, closeTimeoutSeconds: 2, ...options });
}

/** Measurements by number, which a store can be asked for. */
export function tellNumbers({ crowsnest }: Pick<Embedded, "crowsnest">, from: number, to: number): void {
  for (let value = from; value < to; value += 1) {
    crowsnest.emit({ type: "measurement_recorded", data: { name: "number", value, unit: "1" } });
  }
}

/** The same, for whoever takes events themselves. */
export function someNumbers(from: number, to: number): AgentEvent[] {
  return Array.from({ length: to - from }, (_, index) => ({
    id: randomUUID(),
    type: "measurement_recorded",
    timeUnixMillis: Date.now(),
    source: "relaying",
    data: { name: "number", value: from + index, unit: "1" },
  }));
}

/** The numbers that a hub keeps, in its order. */
export async function numbersAt({ hub }: Pick<TestHub, "hub">): Promise<number[]> {
  const numbers: number[] = [];
  let cursor: { cursor?: string } = {};
  for (;;) {
    const page = await hub.query({ types: ["measurement_recorded"], limit: 10_000, ...cursor });
    for (const event of page.events) if (event.type === "measurement_recorded") numbers.push(event.data.value);
    if (page.nextCursor === undefined) return numbers;
    cursor = { cursor: page.nextCursor };
  }
}

/** From 0 up to and without `end`. */
export function numbersTo(end: number): number[] {
  return Array.from({ length: end }, (_, number) => number);
}
