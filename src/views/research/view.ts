import { z } from "zod";
import { newSlots, type Slots, slotAt, slotsSince } from "../parts/slots.ts";
import { defineView } from "../view.ts";
import { research, researchOf } from "./answer.ts";
import {
  type Gathered,
  gather,
  MAX_SLOT_MEASUREMENTS,
  nothingGathered,
  researchTypes,
  sumOfGathered,
  takesFromAnother,
} from "./gather.ts";

const SLOT_MILLIS = 900_000;
/** Seven days, and the slot that is being filled. */
const SLOTS = 673;
/** Most agents that are told apart in one slot; the next are gathered as one. */
const MAX_AGENTS = 200;
const OTHERS = "\u0000others";

export interface State {
  readonly slots: Slots<Map<string, Gathered>>;
  /** Who has a task, so that its going to somebody else is seen. */
  readonly owners: Map<string, string>;
}

/** The far edge of the period is that of the nearest slot, so that it is exact to within 7.5 minutes and no rate is off to one side. */
export const researchView = defineView({
  summary:
    "What studies of multi-agent systems ask for: coordination, confidence, completion, assignments, recoveries, measurements.",
  version: 1,
  types: researchTypes,
  query: z.strictObject({
    hours: z.coerce.number().int().min(1).max(168).default(24).describe("How many hours back to look, 1 to 168."),
    agent: z.string().optional().describe("Name of an agent."),
  }),
  answer: research,
  initial: (): State => ({ slots: newSlots(SLOT_MILLIS, SLOTS), owners: new Map() }),
  apply(state, event, timeUnixMillis) {
    const isReassigned = takesFromAnother(state.owners, event);
    const slot = slotAt(state.slots, timeUnixMillis, () => new Map<string, Gathered>());
    if (slot === undefined) return;
    const agent = event.agent ?? "";
    const key = slot.has(agent) || slot.size < MAX_AGENTS ? agent : OTHERS;
    let gathered = slot.get(key);
    if (gathered === undefined) {
      gathered = nothingGathered();
      slot.set(key, gathered);
    }
    gather(gathered, event, isReassigned, () => measurementsOf(slot) < MAX_SLOT_MEASUREMENTS);
  },
  read(state, { hours, agent }, now) {
    const slots = slotsSince(state.slots, now - hours * 3_600_000 + SLOT_MILLIS / 2, now);
    const found = slots.flatMap((slot) => (agent === undefined ? [...slot.values()] : (slot.get(agent) ?? [])));
    return researchOf(sumOfGathered(found), hours);
  },
});

function measurementsOf(slot: ReadonlyMap<string, Gathered>): number {
  let all = 0;
  for (const { measurements } of slot.values()) all += measurements.size;
  return all;
}
