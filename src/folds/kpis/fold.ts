import { eventTypes } from "../../events/families.ts";
import type { AgentEvent } from "../../events/types.ts";
import { isSignOfLife } from "../sign-of-life.ts";
import { applyToCourses, type Courses, newCourses } from "./courses.ts";
import { applyStatus, featureOf } from "./features.ts";
import type { KpiTaker } from "./taker.ts";
import { applyToWorkers, newWorkers, type Workers } from "./workers.ts";

/** What has to be remembered between events to tell the sums of the KPIs: plain data of bounded size. */
export interface KpiFold {
  readonly workers: Workers;
  readonly courses: Courses;
}

/** The types that KPIs look at. */
export const kpiTypes = eventTypes.filter(isSignOfLife);

export function newKpiFold(): KpiFold {
  return { workers: newWorkers(), courses: newCourses() };
}

/** Tells `taker` what an event adds to the sums, and when it counts. */
export function applyKpi(fold: KpiFold, event: AgentEvent, unixMillis: number, taker: KpiTaker): void {
  applyToWorkers(fold.workers, event, unixMillis, taker);
  switch (event.type) {
    case "feature_created":
      return applyStatus(featureOf(fold.courses.features, event.featureId as string), event.data.status, unixMillis, taker);
    case "review_completed":
      taker.add("reviews", 1, unixMillis);
      if (event.data.outcome === "rejected") taker.add("reviews_rejected", 1, unixMillis);
      return;
    case "validation_completed":
      taker.add("validations", 1, unixMillis);
      if (event.data.outcome === "passed") taker.add("validations_passed", 1, unixMillis);
      return;
    default:
      return applyToCourses(fold.courses, event, unixMillis, taker);
  }
}
