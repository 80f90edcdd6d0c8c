import { touch } from "../put-last.ts";
import type { KpiTaker } from "./taker.ts";

/** Most features that are followed; those that were heard of longest ago give way. */
const MAX_FEATURES = 10_000;
/** What senders say of a feature that is completed. */
const doneStatuses: readonly string[] = ["completed", "complete", "done", "closed"];

/** What a feature cost, and whether it is completed. Plain data. */
export interface Feature {
  readonly id: string;
  openTasks: number;
  hasDoneTask: boolean;
  /** When it was completed for the first time. */
  completedMillis: number | undefined;
  /** What was spent and not told yet; undefined before the first model call with a price. */
  costUsd: number | undefined;
  isTold: boolean;
}

export type Features = Map<string, Feature>;

export function featureOf(features: Features, id: string): Feature {
  return touch(features, id, MAX_FEATURES, () => newFeature(id));
}

function newFeature(id: string): Feature {
  return { id, openTasks: 0, hasDoneTask: false, completedMillis: undefined, costUsd: undefined, isTold: false };
}

export function spendOn(feature: Feature, costUsd: number, taker: KpiTaker): void {
  feature.costUsd = (feature.costUsd ?? 0) + costUsd;
  settle(feature, taker);
}

/** One of its tasks is no longer open. */
export function closeOne(feature: Feature): void {
  // A feature that was forgotten in between begins at 0 again.
  feature.openTasks = Math.max(0, feature.openTasks - 1);
}

/** One of its tasks ended. */
export function endTaskOf(feature: Feature, isDone: boolean, unixMillis: number, taker: KpiTaker): void {
  feature.hasDoneTask ||= isDone;
  if (feature.hasDoneTask && feature.openTasks === 0) complete(feature, unixMillis, taker);
}

/** Its status was told. */
export function applyStatus(feature: Feature, status: string | undefined, unixMillis: number, taker: KpiTaker): void {
  if (status !== undefined && doneStatuses.includes(status.toLowerCase())) complete(feature, unixMillis, taker);
}

function complete(feature: Feature, unixMillis: number, taker: KpiTaker): void {
  feature.completedMillis ??= unixMillis;
  settle(feature, taker);
}

/** Tells what was spent, where the feature was completed: a feature counts once, with all that it ever cost. */
function settle(feature: Feature, taker: KpiTaker): void {
  if (feature.completedMillis === undefined || feature.costUsd === undefined) return;
  if (!feature.isTold) taker.completed(feature.id, feature.completedMillis);
  feature.isTold = true;
  if (feature.costUsd > 0) taker.add("feature_cost_usd", feature.costUsd, feature.completedMillis);
  feature.costUsd = 0;
}
