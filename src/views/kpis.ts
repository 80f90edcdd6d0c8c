import { z } from "zod";
import { applyKpi, type KpiFold, kpiTypes, newKpiFold } from "../folds/kpis/fold.ts";
import { addKpiSums, type KnownAgents, type KpiSum, type KpiSums, kpisOf, newKpiSums } from "../folds/kpis/kpis.ts";
import type { KnownWorker, KpiTaker } from "../folds/kpis/taker.ts";
import { count, moment, momentOf } from "./parts/answer.ts";
import { hoursOfWeek } from "./parts/period.ts";
import { newSlots, type Slots, slotAt, slotsSince } from "./parts/slots.ts";
import { HOUR_MILLIS } from "./parts/tiers.ts";
import { defineView } from "./view.ts";

const SLOT_MILLIS = 300_000;
/** Seven days, the slot that a period begins in, and the one that is being filled. */
const SLOTS = 2_018;

export interface State {
  readonly slots: Slots<KpiSums>;
  readonly fold: KpiFold;
}

const kpi = z
  .object({
    value: z.number().nonnegative().nullable().describe("Null where nothing was there to judge by."),
    sample_size: count.describe("How many agents, features, tasks, reviews or validations the value is made of."),
    unit: z.string(),
    definition: z.string(),
  })
  .meta({ id: "Kpi" });

/**
 * Key performance indicators over the last hours, by their definitions in `folds/kpis/kpis.ts`. What a period begins in counts as a
 * whole slot of 5 minutes; `since` says when that was.
 */
export const kpisView = defineView({
  summary: "Key performance indicators over the last hours, each with its definition and its sample size.",
  version: 3,
  types: kpiTypes,
  query: z.strictObject({
    hours: hoursOfWeek,
  }),
  answer: z.object({
    hours: z.number().int(),
    since: moment.describe("Where the period begins."),
    agent_utilization: kpi,
    cost_per_feature: kpi,
    average_retry_count: kpi,
    critic_rejection_rate: kpi,
    validation_pass_rate: kpi,
    time_to_completion: kpi,
  }),
  initial: (): State => ({ slots: newSlots(SLOT_MILLIS, SLOTS), fold: newKpiFold() }),
  apply({ slots, fold }, event, timeUnixMillis) {
    applyKpi(fold, event, timeUnixMillis, new SlotTaker(slots));
  },
  read({ slots, fold }, { hours }, now) {
    const since = Math.floor((now - hours * HOUR_MILLIS) / SLOT_MILLIS) * SLOT_MILLIS;
    const sums = newKpiSums();
    for (const slot of slotsSince(slots, since, now)) addKpiSums(sums, slot);
    const { runningSeconds, ...known } = knownAgents(fold, since, now);
    sums.agent_active_seconds += runningSeconds;
    return { hours, since: momentOf(since), ...kpisOf(sums, known) };
  },
});

/** Puts what the fold finds into the slots that it belongs to. */
class SlotTaker implements KpiTaker {
  readonly #slots: Slots<KpiSums>;

  constructor(slots: Slots<KpiSums>) {
    this.#slots = slots;
  }

  add(sum: KpiSum, amount: number, unixMillis: number): void {
    const slot = slotAt(this.#slots, unixMillis, newKpiSums);
    if (slot !== undefined) slot[sum] += amount;
  }

  heard(): void {}

  worked(_worker: KnownWorker, fromUnixMillis: number, toUnixMillis: number): void {
    let from = Math.max(fromUnixMillis, toUnixMillis - SLOTS * SLOT_MILLIS);
    while (from < toUnixMillis) {
      const to = Math.min(toUnixMillis, (Math.floor(from / SLOT_MILLIS) + 1) * SLOT_MILLIS);
      this.add("agent_active_seconds", (to - from) / 1_000, from);
      from = to;
    }
  }

  completed(_featureId: string, unixMillis: number): void {
    this.add("features_completed", 1, unixMillis);
  }
}

/** Agents that were heard of or at work since then, and how long those have been at work that still are. */
function knownAgents({ workers }: KpiFold, since: number, now: number): KnownAgents & { readonly runningSeconds: number } {
  let [agents, knownMillis, runningMillis] = [0, 0, 0];
  for (const { firstMillis, lastMillis, open, busySinceMillis, toldUntilMillis } of workers.byName.values()) {
    if (lastMillis < since && open === 0) continue;
    agents += 1;
    knownMillis += Math.max(0, now - Math.max(since, firstMillis));
    if (open > 0) runningMillis += Math.max(0, now - Math.max(since, busySinceMillis, toldUntilMillis));
  }
  return { agents, seconds: knownMillis / 1_000, runningSeconds: runningMillis / 1_000 };
}
