import type { EventType, StoredEvent } from "../../src/events/types.ts";
import { FleetState } from "../../src/folds/fleet-state.ts";
import { eventOf } from "../../src/store/sqlite/reader.ts";
import { views } from "../../src/views/index.ts";
import { timeOf } from "../../src/views/view.ts";
import type { AnyView } from "../../src/views/view-set.ts";
import { absoluteResult, type BenchResult } from "../measure.ts";
import { fleetLog } from "./fleet-log.ts";

const EVENTS = 200_000;
/** Read at once, as at start. */
const PAGE_EVENTS = 2_000;
/** All of them together have to be done with a million events in 20 s, reading included. */
const MAX_MICROS = 1.5;

/** What each fold costs per event of a fleet's log, whether or not it looks at the event. Processor time, so other programs do not count. */
export async function benchViews(): Promise<BenchResult[]> {
  const nowUnixMillis = Date.now();
  const rows = [...fleetLog(EVENTS, nowUnixMillis)].map((event) => JSON.stringify(event));
  const fleet = new FleetState();
  return [
    costOf("the fleet's state", rows, nowUnixMillis, (event) => void fleet.apply(event, event.receivedUnixMillis)),
    ...Object.entries(views).map(([name, view]) => costOf(`the view ${name}`, rows, nowUnixMillis, applyTo(view as AnyView))),
  ];
}

function applyTo(view: AnyView): (event: StoredEvent) => void {
  const state = view.initial();
  const types = new Set<EventType>(view.types);
  return (event) => {
    if (types.has(event.type)) view.apply(state as never, event, timeOf(event));
  };
}

function costOf(name: string, rows: readonly string[], nowUnixMillis: number, apply: (event: StoredEvent) => void): BenchResult {
  let micros = 0;
  for (let first = 0; first < rows.length; first += PAGE_EVENTS) {
    const page = rows.slice(first, first + PAGE_EVENTS).map((json, index) => eventOf([first + index + 1, nowUnixMillis, json]));
    const before = process.threadCpuUsage();
    for (const event of page) apply(event);
    const { user, system } = process.threadCpuUsage(before);
    micros += user + system;
  }
  return absoluteResult(`an event in ${name}`, "µs", micros / rows.length, MAX_MICROS);
}
