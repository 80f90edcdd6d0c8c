import { z } from "zod";
import { eventTypes } from "../events/families.ts";
import { severityOf } from "../events/severity.ts";
import type { EventType, StoredEvent } from "../events/types.ts";
import { allTokens, isSpending, spendingOf } from "../folds/spending.ts";
import { bytes, count, percentiles, percentilesOf, perSecond, seconds, share, tokens, usd } from "./parts/answer.ts";
import { addHistogram, type Histogram, newHistogram, record } from "./parts/histogram.ts";
import { newSlots, type Slots, slotAt, slotsSince } from "./parts/slots.ts";
import { addTo, ratio } from "./parts/sums.ts";
import { defineView } from "./view.ts";

const SLOT_MILLIS = 5_000;
/** Fifteen minutes, and the slot that is being filled. */
const SLOTS = 181;
const WINDOW_MINUTES = [1, 5, 15] as const;

export interface Gathered {
  readonly byType: Map<EventType, number>;
  /** Pieces of work that ended, and those of them that failed. */
  ended: number;
  failed: number;
  errors: number;
  tokens: number;
  costUsd: number;
  cpuSeconds: number;
  peakRssBytes: number;
  readonly durations: Histogram;
  readonly modelDurations: Histogram;
}

const window = z
  .object({
    minutes: z.number(),
    events: count,
    eventsPerSecond: perSecond,
    eventsPerSecondByType: z.record(z.string(), perSecond),
    throughputPerSecond: perSecond.describe("Pieces of work (tasks, handoffs, runs, calls …) that ended."),
    errorRatio: share.describe("Of the work that ended, what failed or timed out."),
    errorsPerSecond: perSecond,
    tokens,
    costUsd: usd,
    durationSeconds: percentiles.describe("How long the work took that ended."),
    modelDurationSeconds: percentiles,
    cpuSeconds: seconds.describe("As told by each piece of work; what is nested in another counts in both."),
    peakRssBytes: bytes.describe("The largest that any piece of work told; 0 where none did."),
  })
  .meta({ id: "Window" });

type Window = z.output<typeof window>;

/** The far edge of a window is that of the nearest slot, so that it is exact to within 2.5 s and no rate is off to one side. */
export const windowsView = defineView({
  summary: "How the last 1, 5 and 15 minutes were: rates, errors, tokens, money, latency, resources.",
  version: 2,
  types: eventTypes,
  query: z.strictObject({}),
  answer: z.object({ windows: z.array(window) }),
  initial: () => newSlots<Gathered>(SLOT_MILLIS, SLOTS),
  apply(slots, event, timeUnixMillis) {
    const gathered = slotAt(slots, timeUnixMillis, nothing);
    if (gathered !== undefined) gather(gathered, event);
  },
  read: (slots, _query, now) => ({ windows: WINDOW_MINUTES.map((minutes) => windowOf(slots, minutes, now)) }),
});

function nothing(): Gathered {
  return {
    byType: new Map(),
    ended: 0,
    failed: 0,
    errors: 0,
    tokens: 0,
    costUsd: 0,
    cpuSeconds: 0,
    peakRssBytes: 0,
    durations: newHistogram(),
    modelDurations: newHistogram(),
  };
}

function gather(gathered: Gathered, event: StoredEvent): void {
  addTo(gathered.byType, event.type);
  if (event.type === "error_raised") gathered.errors += 1;
  const durationSeconds = "durationSeconds" in event.data ? event.data.durationSeconds : undefined;
  if (durationSeconds !== undefined) record(gathered.durations, durationSeconds);
  if (durationSeconds !== undefined || ("outcome" in event.data && event.data.outcome !== undefined)) {
    gathered.ended += 1;
    if (severityOf(event) === "error") gathered.failed += 1;
  }
  if ("cpuSeconds" in event.data) gathered.cpuSeconds += event.data.cpuSeconds ?? 0;
  if ("peakRssBytes" in event.data) gathered.peakRssBytes = Math.max(gathered.peakRssBytes, event.data.peakRssBytes ?? 0);
  if (event.type === "model_called") record(gathered.modelDurations, event.data.durationSeconds);
  if (!isSpending(event)) return;
  const spending = spendingOf(event);
  gathered.tokens += allTokens(spending);
  gathered.costUsd += spending.costUsd ?? 0;
}

function windowOf(slots: Slots<Gathered>, minutes: number, now: number): Window {
  const all = slotsSince(slots, now - minutes * 60_000 + SLOT_MILLIS / 2, now);
  const sum = nothing();
  for (const one of all) add(sum, one);
  const seconds = minutes * 60;
  const byType = [...sum.byType].sort(([, one], [, other]) => other - one);
  const events = byType.reduce((total, [, count]) => total + count, 0);
  return {
    minutes,
    events,
    eventsPerSecond: events / seconds,
    eventsPerSecondByType: Object.fromEntries(byType.map(([type, count]) => [type, count / seconds])),
    throughputPerSecond: sum.ended / seconds,
    errorRatio: ratio(sum.failed, sum.ended),
    errorsPerSecond: sum.errors / seconds,
    tokens: sum.tokens,
    costUsd: sum.costUsd,
    durationSeconds: percentilesOf(sum.durations),
    modelDurationSeconds: percentilesOf(sum.modelDurations),
    cpuSeconds: sum.cpuSeconds,
    peakRssBytes: sum.peakRssBytes,
  };
}

function add(sum: Gathered, other: Gathered): void {
  for (const [type, count] of other.byType) addTo(sum.byType, type, count);
  sum.ended += other.ended;
  sum.failed += other.failed;
  sum.errors += other.errors;
  sum.tokens += other.tokens;
  sum.costUsd += other.costUsd;
  sum.cpuSeconds += other.cpuSeconds;
  sum.peakRssBytes = Math.max(sum.peakRssBytes, other.peakRssBytes);
  addHistogram(sum.durations, other.durations);
  addHistogram(sum.modelDurations, other.modelDurations);
}
