import type { AgentEvent } from "../../src/events/types.ts";
import { openStore } from "../../src/store/open-store.ts";
import { fleetLog } from "./fleet-log.ts";

const EVENTS_PER_APPEND = 5_000;
/** Appends that are under way at once, so that the store has the next at hand. */
const MAX_UNDER_WAY = 3;

/** Puts a week of a fleet's log into the store of a folder. */
export async function fillStore(folder: string, events: number): Promise<void> {
  const store = await openStore(folder);
  const underWay: Promise<unknown>[] = [];
  let batch: AgentEvent[] = [];
  for (const event of fleetLog(events, Date.now())) {
    batch.push(event);
    if (batch.length < EVENTS_PER_APPEND) continue;
    underWay.push(store.append(batch));
    batch = [];
    if (underWay.length === MAX_UNDER_WAY) await underWay.shift();
  }
  await Promise.all([...underWay, store.append(batch)]);
  await store.close();
}
