import { attribute } from "../../tracing/semconv.ts";
import { cleanId, cleanName, cleanText } from "../clean.ts";
import { type OperationKind, type WorkHandle, workHandle } from "../operation.ts";
import { type CorrelationOptions, readIds } from "./ids.ts";

export interface MilestoneOptions extends CorrelationOptions {
  /** What kind of milestone, such as `project_creation`. */
  readonly type: string;
  /** A title for people. */
  readonly name?: string;
  readonly id?: string;
}

/** A user's journey reaches for a milestone, and gets there or not. */
export const milestoneKind: OperationKind<MilestoneOptions, WorkHandle> = {
  label: "milestone",
  draft(options, _outer, { report }) {
    const milestoneType = cleanName(options.type, "a milestone's type", report);
    const milestone = {
      milestoneType,
      name: cleanText(options.name),
      milestoneId: cleanId(options.id, "a milestone's id", report),
    };
    return {
      spanName: `milestone ${milestoneType}`,
      attributes: { [attribute.milestoneType]: milestoneType },
      own: readIds(options, report),
      opens: "milestone",
      start: { type: "milestone_started", data: milestone },
      end({ outcome, timed, failure }) {
        if (outcome === "success") return { type: "milestone_completed", data: { ...timed, ...milestone } };
        return { type: "milestone_failed", data: { ...timed, ...failure, ...milestone, outcome } };
      },
      handle: workHandle,
    };
  },
};
