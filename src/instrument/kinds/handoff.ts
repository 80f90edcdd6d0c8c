import { attribute } from "../../tracing/semconv.ts";
import { cleanName, cleanText } from "../clean.ts";
import { type OperationKind, type WorkHandle, workHandle } from "../operation.ts";
import { type CorrelationOptions, readIds } from "./ids.ts";

export interface HandoffOptions extends CorrelationOptions {
  /** Name of the agent that hands its work over. */
  readonly from: string;
  /** Name of the agent that is to take it. */
  readonly to: string;
  readonly reason?: string;
  /** True where nobody said so, and it follows from where the receiver runs. */
  readonly inferred?: true;
}

/** An agent offers its work to another; it ends with the other's answer. What happens inside belongs to the receiver. */
export const handoffKind: OperationKind<HandoffOptions, WorkHandle> = {
  label: "handoff",
  draft(options, _outer, { report, redact }) {
    const fromAgent = cleanName(options.from, "a handoff's from", report, "missing_agent");
    const toAgent = cleanName(options.to, "a handoff's to", report, "missing_agent");
    const reason = cleanText(options.reason);
    const inferred = options.inferred === true ? true : undefined;
    const attributes: Record<string, string> = { [attribute.handoffSource]: fromAgent, [attribute.handoffTarget]: toAgent };
    if (reason !== undefined) attributes[attribute.handoffReason] = redact(reason);
    return {
      spanName: `handoff ${toAgent}`,
      attributes,
      own: { ...readIds(options, report), agent: fromAgent },
      opens: "handoff",
      start: { type: "handoff_started", data: { fromAgent, toAgent, reason, inferred } },
      end: ({ outcome, timed, failure }) => ({
        type: "handoff_completed",
        data: { ...timed, ...failure, outcome, fromAgent, toAgent, reason, inferred },
      }),
      handle: workHandle,
    };
  },
};
