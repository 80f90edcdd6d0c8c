import { z } from "zod";
import { boundaryOf, operationKey } from "../events/operations.ts";
import type { StoredEvent } from "../events/types.ts";
import { type EarlyEnds, hasEndedEarly, noteEarlyEnd } from "../folds/early-ends.ts";
import { putLast, touch } from "../folds/put-last.ts";
import { count, percentiles, percentilesOf, share } from "./parts/answer.ts";
import { addHistogram, type Histogram, newHistogram, record } from "./parts/histogram.ts";
import { hoursOfWeek } from "./parts/period.ts";
import { newSlots, type Slots, slotAt, slotsSince } from "./parts/slots.ts";
import { addTo, ratio } from "./parts/sums.ts";
import { HOUR_MILLIS } from "./parts/tiers.ts";
import { defineView } from "./view.ts";

const SLOT_MILLIS = 300_000;
/** Seven days, and the slot that is being filled. */
const SLOTS = 2_017;
/** Most types that are told apart; the next are counted as `other`. */
const MAX_TYPES = 200;
const MAX_OPEN = 20_000;
const MAX_SESSIONS = 20_000;
/** Whoever has done nothing for so long has stopped. */
const STOPPED_MILLIS = 1_800_000;
const OTHER = "other";

/** How far a milestone came. */
const stages = ["started", "completed", "failed", "abandoned"] as const;
type Stage = (typeof stages)[number];

interface Counts extends Record<Stage, number> {
  readonly durations: Histogram;
}

interface Session {
  milestoneType: string;
  reached: Stage;
  atMillis: number;
}

export interface State {
  readonly slots: Slots<Map<string, Counts>>;
  readonly types: Map<string, true>;
  /** Milestones that were begun and not ended, by what ties their start to their end. */
  readonly open: Map<string, { readonly milestoneType: string; readonly startedMillis: number }>;
  readonly earlyEndsMillis: EarlyEnds;
  readonly sessions: Map<string, Session>;
}

const milestones = z.object({
  started: count,
  completed: count,
  failed: count.describe("Missed, cancelled or timed out."),
  abandoned: count.describe("Begun, and never heard of again."),
  inProgress: count.describe("Begun within the period, and not ended."),
  completionRatio: share.describe("Of those that ended or were abandoned within the period, what was completed."),
  durationSeconds: percentiles.describe("From start to completion, of those that were completed."),
});

const journeys = milestones
  .extend({
    hours: z.number().int(),
    byType: z.array(milestones.extend({ milestoneType: z.string() })),
    stops: z
      .array(
        z.object({
          milestoneType: z.string(),
          reached: z.enum(stages),
          sessions: count,
          share,
        }),
      )
      .describe(
        "Where people stop: the last milestone of sessions in which nothing has happened for half an hour, most frequent first.",
      ),
  })
  .meta({ id: "Journeys" });

/**
 * A milestone counts once: when it ends, or while it is open. (Dividing completed lines by all lines, as one earlier system did, counts
 * the start and the end of a milestone as two and can never reach 100 %.)
 */
export const journeysView = defineView({
  summary: "Milestones of users' journeys: how many are reached, how long that takes, and where people stop.",
  version: 3,
  types: ["milestone_started", "milestone_completed", "milestone_failed"],
  query: z.strictObject({
    hours: hoursOfWeek,
    milestone_type: z.string().optional(),
  }),
  answer: journeys,
  initial: (): State => ({
    slots: newSlots(SLOT_MILLIS, SLOTS),
    types: new Map(),
    open: new Map(),
    earlyEndsMillis: new Map(),
    sessions: new Map(),
  }),
  apply(state, event, timeUnixMillis) {
    if (event.type !== "milestone_started" && event.type !== "milestone_completed" && event.type !== "milestone_failed") return;
    const milestoneType = boundedType(state, event.data.milestoneType);
    const slot = slotAt(state.slots, timeUnixMillis, () => new Map<string, Counts>());
    const counts = slot && touch(slot, milestoneType, MAX_TYPES + 1, newCounts);
    const reached = reachedBy(event);
    if (counts !== undefined) counts[reached] += 1;
    if (event.type === "milestone_completed" && counts !== undefined) record(counts.durations, event.data.durationSeconds);
    follow(state, event, milestoneType, timeUnixMillis);
    if (event.sessionId === undefined) return;
    const session = touch(state.sessions, event.sessionId, MAX_SESSIONS, () => ({ milestoneType, reached, atMillis: 0 }));
    if (timeUnixMillis < session.atMillis) return;
    Object.assign(session, { milestoneType, reached, atMillis: timeUnixMillis });
  },
  read(state, { hours, milestone_type: wanted }, now) {
    const since = now - hours * HOUR_MILLIS;
    const byType = new Map<string, Counts>();
    for (const slot of slotsSince(state.slots, since + SLOT_MILLIS / 2, now)) {
      for (const [type, counts] of slot) {
        if (wanted === undefined || wanted === type) add(touch(byType, type, MAX_TYPES + 1, newCounts), counts);
      }
    }
    const open = new Map<string, number>();
    for (const { milestoneType, startedMillis } of state.open.values()) {
      if (startedMillis >= since && (wanted === undefined || wanted === milestoneType)) addTo(open, milestoneType);
    }
    const all = newCounts();
    for (const counts of byType.values()) add(all, counts);
    const types = [...new Set([...byType.keys(), ...open.keys()])].sort();
    return {
      hours,
      ...answerOf(
        all,
        [...open.values()].reduce((sum, one) => sum + one, 0),
      ),
      byType: types.map((milestoneType) => ({
        milestoneType,
        ...answerOf(byType.get(milestoneType) ?? newCounts(), open.get(milestoneType) ?? 0),
      })),
      stops: stopsOf(state, since, now, wanted),
    };
  },
});

function boundedType({ types }: State, milestoneType: string): string {
  if (types.has(milestoneType)) return milestoneType;
  if (types.size >= MAX_TYPES) return OTHER;
  types.set(milestoneType, true);
  return milestoneType;
}

function newCounts(): Counts {
  return { started: 0, completed: 0, failed: 0, abandoned: 0, durations: newHistogram() };
}

function reachedBy(event: StoredEvent): Stage {
  if (event.type === "milestone_started") return "started";
  if (event.type !== "milestone_failed") return "completed";
  return event.data.outcome === "abandoned" ? "abandoned" : "failed";
}

function follow(state: State, event: StoredEvent, milestoneType: string, timeUnixMillis: number): void {
  const boundary = boundaryOf(event.type);
  const key = operationKey("milestone", event.source, event);
  if (boundary === undefined || key === undefined) return;
  if (boundary.edge === "end") {
    if (!state.open.delete(key)) noteEarlyEnd(state.earlyEndsMillis, key, event.timeUnixMillis);
  } else if (!hasEndedEarly(state.earlyEndsMillis, key, event.timeUnixMillis)) {
    putLast(state.open, key, { milestoneType, startedMillis: timeUnixMillis }, MAX_OPEN);
  }
}

function add(sum: Counts, other: Counts): void {
  sum.started += other.started;
  sum.completed += other.completed;
  sum.failed += other.failed;
  sum.abandoned += other.abandoned;
  addHistogram(sum.durations, other.durations);
}

function answerOf(counts: Counts, inProgress: number): z.output<typeof milestones> {
  const { durations, ...rest } = counts;
  const ended = counts.completed + counts.failed + counts.abandoned;
  return { ...rest, inProgress, completionRatio: ratio(counts.completed, ended), durationSeconds: percentilesOf(durations) };
}

function stopsOf(
  { sessions }: State,
  since: number,
  now: number,
  wanted: string | undefined,
): z.output<typeof journeys>["stops"] {
  const stopped = [...sessions.values()].filter(
    ({ atMillis, milestoneType }) =>
      atMillis >= since && atMillis <= now - STOPPED_MILLIS && (wanted === undefined || wanted === milestoneType),
  );
  const groups = Map.groupBy(stopped, ({ milestoneType, reached }) => `${reached} ${milestoneType}`);
  return [...groups.values()]
    .map((group) => {
      const { milestoneType, reached } = group[0] as Session;
      return { milestoneType, reached, sessions: group.length, share: ratio(group.length, stopped.length) };
    })
    .sort((one, other) => other.sessions - one.sessions);
}
