import { z } from "zod";
import { hoursOfWeek } from "../parts/period.ts";
import { DAY_MILLIS, gatheredAt, gatheredWithin, HOUR_MILLIS, MINUTE_MILLIS, newTiers, type Tiers } from "../parts/tiers.ts";
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

/** Most agents that are told apart in one slot; the next are gathered as one. */
const MAX_AGENTS = 200;
const OTHERS = "\u0000others";

export interface State {
  /** By the minute for an hour, by the quarter of an hour for seven days. */
  readonly tiers: Tiers<Map<string, Gathered>>;
  /** Who has a task, so that its going to somebody else is seen. */
  readonly owners: Map<string, string>;
}

export const researchView = defineView({
  summary:
    "What studies of multi-agent systems ask for: coordination, confidence, completion, assignments, recoveries, measurements.",
  version: 2,
  types: researchTypes,
  query: z.strictObject({
    hours: hoursOfWeek,
    agent: z.string().optional().describe("Name of an agent."),
  }),
  answer: research,
  initial: (): State => ({
    tiers: newTiers([MINUTE_MILLIS, HOUR_MILLIS], [15 * MINUTE_MILLIS, 7 * DAY_MILLIS]),
    owners: new Map(),
  }),
  apply(state, event, timeUnixMillis) {
    const isReassigned = takesFromAnother(state.owners, event);
    const agent = event.agent ?? "";
    for (const slot of gatheredAt(state.tiers, timeUnixMillis, () => new Map<string, Gathered>())) {
      const key = slot.has(agent) || slot.size < MAX_AGENTS ? agent : OTHERS;
      let gathered = slot.get(key);
      if (gathered === undefined) {
        gathered = nothingGathered();
        slot.set(key, gathered);
      }
      gather(gathered, event, isReassigned, () => measurementsOf(slot) < MAX_SLOT_MEASUREMENTS);
    }
  },
  read(state, { hours, agent }, now) {
    const found = gatheredWithin(state.tiers, hours, now).flatMap((slot) =>
      agent === undefined ? [...slot.values()] : (slot.get(agent) ?? []),
    );
    return researchOf(sumOfGathered(found), hours);
  },
});

function measurementsOf(slot: ReadonlyMap<string, Gathered>): number {
  let all = 0;
  for (const { measurements } of slot.values()) all += measurements.size;
  return all;
}
