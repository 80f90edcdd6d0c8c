import { Deserializer, Serializer } from "node:v8";
import fc from "fast-check";
import { Registry } from "prom-client";
import { loadConfig } from "../../src/config.ts";
import { Core } from "../../src/core.ts";
import type { StoredEvent } from "../../src/events/types.ts";
import { parseEvent } from "../../src/events/validate.ts";
import type { Replayed } from "../../src/folds/snapshot-part.ts";
import { Translators } from "../../src/server/ingest/translators.ts";
import { hubFolds } from "../../src/server/snapshot/hub-folds.ts";
import { readSliced, writeSliced } from "../../src/server/snapshot/sliced.ts";
import { views } from "../../src/views/index.ts";
import { ViewSet } from "../../src/views/view-set.ts";
import { arbitraryEvent } from "./arbitrary-events.ts";
import { FleetTraffic } from "./fleet-traffic.ts";

/** What a snapshot gives back of a state. @param largeEntries of how many entries on maps are taken apart */
export function throughSnapshot(state: unknown, largeEntries?: number): unknown {
  const serializer = new Serializer();
  serializer.writeHeader();
  for (const _ of writeSliced(state, serializer, largeEntries));
  const deserializer = new Deserializer(serializer.releaseBuffer());
  deserializer.readHeader();
  return readSliced(deserializer);
}

/** A state as lists, so that the order of maps counts, too: who gives way hangs on it. */
export function inOrder(value: unknown): unknown {
  if (value instanceof Map) return ["map", ...[...value].map(([key, each]) => [key, inOrder(each)])];
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, inOrder(each)]));
}

/** Events of any type and content, as the store gives them back. */
export const arbitraryLog: fc.Arbitrary<StoredEvent[]> = fc.array(arbitraryEvent, { maxLength: 80 }).map(storedOf);

/** What a few clients of a fleet at work send, each with its own work that begins and ends. */
export function fleetLogOf(events: number, clients = 4): StoredEvent[] {
  const traffic = Array.from({ length: clients }, (_, client) => new FleetTraffic(client).next(events / clients));
  return storedOf(Array.from({ length: events }, (_, index) => traffic[index % clients]?.[Math.floor(index / clients)]));
}

function storedOf(inputs: readonly unknown[]): StoredEvent[] {
  const receivedUnixMillis = Date.now();
  return inputs.map((input, index) => {
    const parsed = parseEvent(input);
    if (!("event" in parsed)) throw new Error(`not an event: ${JSON.stringify(parsed.problems)}`);
    return { ...parsed.event, seq: index + 1, receivedUnixMillis };
  });
}

/** All that a hub brings back at start. */
export function newFolds(): Replayed[] {
  const core = new Core(loadConfig({ options: {} }), { registry: new Registry(), submit: () => {} });
  const failed = (_view: string, error: unknown): never => {
    throw error;
  };
  return [...hubFolds(core, new Translators()), new ViewSet(views, failed)];
}
