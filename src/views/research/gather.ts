import type { EventData, EventType, StoredEvent } from "../../events/types.ts";
import { putLast } from "../../folds/put-last.ts";
import { type Histogram, newHistogram, record, sumOf } from "../parts/histogram.ts";
import { addTo } from "../parts/sums.ts";
import { timeOf } from "../view.ts";

/** What studies of multi-agent systems ask for, gathered from events of any stretch of time, agent or session. */
export interface Gathered {
  readonly byType: Map<EventType, number>;
  readonly patterns: Map<string, number>;
  readonly confidence: { high: number; medium: number; low: number; sum: number; count: number };
  readonly taskDurations: Histogram;
  tasksFailed: number;
  readonly failures: { total: number; attempted: number; recovered: number };
  readonly assignments: { total: number; withAlternatives: number; alternatives: number; reassigned: number };
  readonly measurements: Map<string, Measurements>;
}

/** All measurements of one name. */
interface Measurements {
  readonly unit: string;
  count: number;
  sum: number;
  min: number;
  max: number;
  /** The one that happened last, which may have been told before others. */
  last: number;
  lastMillis: number;
}

export const researchTypes = [
  "agents_coordinated",
  "handoff_completed",
  "decision_made",
  "task_assigned",
  "task_completed",
  "task_failed",
  "failure_recorded",
  "measurement_recorded",
  "agent_registered",
  "agent_completed",
  "model_called",
  "validation_completed",
  "review_completed",
  "hitl_escalated",
  "error_raised",
] as const satisfies readonly EventType[];

/** From here on a decision is told with high confidence, and below the second with low. */
const HIGH_RATIO = 0.8;
const MEDIUM_RATIO = 0.5;
const MAX_MEASUREMENTS = 100;
/** The same of one answer. */
const MAX_TOLD_MEASUREMENTS = 1_000;
/** The same of all agents together within one stretch of time. */
export const MAX_SLOT_MEASUREMENTS = 500;

export function nothingGathered(): Gathered {
  return {
    byType: new Map(),
    patterns: new Map(),
    confidence: { high: 0, medium: 0, low: 0, sum: 0, count: 0 },
    taskDurations: newHistogram(),
    tasksFailed: 0,
    failures: { total: 0, attempted: 0, recovered: 0 },
    assignments: { total: 0, withAlternatives: 0, alternatives: 0, reassigned: 0 },
    measurements: new Map(),
  };
}

/**
 * @param isReassigned whether the event gives a task to another agent than the one that had it
 * @param hasRoom whether another name of a measurement may be kept; looked at only where one is new
 */
export function gather(gathered: Gathered, event: StoredEvent, isReassigned: boolean, hasRoom: () => boolean = () => true): void {
  addTo(gathered.byType, event.type);
  switch (event.type) {
    case "agents_coordinated":
      return addTo(gathered.patterns, event.data.pattern);
    case "handoff_completed":
      return addTo(gathered.patterns, "handoff");
    case "decision_made":
      return gatherConfidence(gathered.confidence, event.data.confidenceRatio);
    case "task_completed":
      return record(gathered.taskDurations, event.data.durationSeconds);
    case "task_failed":
      gathered.tasksFailed += 1;
      return;
    case "task_assigned": {
      const { assignments } = gathered;
      const alternatives = event.data.alternatives?.length ?? 0;
      assignments.total += 1;
      assignments.alternatives += alternatives;
      if (alternatives > 0) assignments.withAlternatives += 1;
      if (isReassigned) assignments.reassigned += 1;
      return;
    }
    case "failure_recorded":
      gathered.failures.total += 1;
      if (event.data.recoveryAttempted) gathered.failures.attempted += 1;
      if (event.data.recoverySuccessful === true) gathered.failures.recovered += 1;
      return;
    case "measurement_recorded":
      return measure(gathered, event.data, timeOf(event), hasRoom);
  }
}

/** All of them together. */
export function sumOfGathered(all: readonly Gathered[]): Gathered {
  const sum = { ...nothingGathered(), taskDurations: sumOf(all.map(({ taskDurations }) => taskDurations)) };
  for (const one of all) add(sum, one);
  return sum;
}

/** Field by field: a week of two hundred agents is a hundred thousand of them. */
function add(sum: Gathered, other: Gathered): void {
  for (const [type, count] of other.byType) addTo(sum.byType, type, count);
  for (const [pattern, count] of other.patterns) addTo(sum.patterns, pattern, count);
  sum.confidence.high += other.confidence.high;
  sum.confidence.medium += other.confidence.medium;
  sum.confidence.low += other.confidence.low;
  sum.confidence.sum += other.confidence.sum;
  sum.confidence.count += other.confidence.count;
  sum.failures.total += other.failures.total;
  sum.failures.attempted += other.failures.attempted;
  sum.failures.recovered += other.failures.recovered;
  sum.assignments.total += other.assignments.total;
  sum.assignments.withAlternatives += other.assignments.withAlternatives;
  sum.assignments.alternatives += other.assignments.alternatives;
  sum.assignments.reassigned += other.assignments.reassigned;
  sum.tasksFailed += other.tasksFailed;
  for (const [name, measured] of other.measurements) {
    const known = sum.measurements.get(name);
    if (known !== undefined) addMeasured(known, measured);
    else if (sum.measurements.size < MAX_TOLD_MEASUREMENTS) sum.measurements.set(name, { ...measured });
  }
}

function addMeasured(known: Measurements, { count, sum, min, max, last, lastMillis }: Readonly<Measurements>): void {
  known.count += count;
  known.sum += sum;
  known.min = Math.min(known.min, min);
  known.max = Math.max(known.max, max);
  if (lastMillis < known.lastMillis) return;
  known.last = last;
  known.lastMillis = lastMillis;
}

function gatherConfidence(confidence: Gathered["confidence"], ratio: number | undefined): void {
  if (ratio === undefined) return;
  confidence.count += 1;
  confidence.sum += ratio;
  if (ratio >= HIGH_RATIO) confidence.high += 1;
  else if (ratio >= MEDIUM_RATIO) confidence.medium += 1;
  else confidence.low += 1;
}

function measure(
  { measurements }: Gathered,
  { name, value, unit }: EventData<"measurement_recorded">,
  timeUnixMillis: number,
  hasRoom: () => boolean,
): void {
  const measured = { unit, count: 1, sum: value, min: value, max: value, last: value, lastMillis: timeUnixMillis };
  const known = measurements.get(name);
  if (known !== undefined) addMeasured(known, measured);
  else if (measurements.size < MAX_MEASUREMENTS && hasRoom()) measurements.set(name, measured);
}

/** Most tasks whose agent is remembered. */
const MAX_TASKS = 20_000;

/**
 * Whether an event gives a task to another agent than the one that had it.
 *
 * @param owners who has which task so far; brought up to date
 */
export function takesFromAnother(owners: Map<string, string>, { type, taskId, agent }: StoredEvent): boolean {
  if (type !== "task_assigned" || taskId === undefined || agent === undefined) return false;
  const before = owners.get(taskId);
  putLast(owners, taskId, agent, MAX_TASKS);
  return before !== undefined && before !== agent;
}
