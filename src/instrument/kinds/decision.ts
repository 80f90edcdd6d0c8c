import { attribute } from "../../tracing/semconv.ts";
import { cleanName, cleanRatio, cleanText, cleanTexts, UNNAMED } from "../clean.ts";
import { type OperationKind, type WorkHandle, workHandle } from "../operation.ts";
import { type CorrelationOptions, readIds } from "./ids.ts";

export interface DecisionOptions extends CorrelationOptions {
  /** Name of the agent that decides. @default the agent whose work it is part of */
  readonly agent?: string;
  /** What kind of decision, such as `approval` or `model_routing`. */
  readonly type: string;
  readonly options?: readonly string[];
}

export interface Choice {
  /** From 0 to 1. */
  readonly confidence?: number;
  readonly reasoning?: string;
}

export interface DecisionHandle extends WorkHandle {
  /** Records the choice and gives it back, so that it can be returned. The last call counts. */
  choose<T>(choice: T, details?: Choice): T;
}

/** An agent chooses between options. */
export const decisionKind: OperationKind<DecisionOptions, DecisionHandle> = {
  label: "decision",
  draft(options, outer, { report }) {
    const agent = cleanName(options.agent ?? outer.agent, "a decision's agent", report, "missing_agent");
    const decisionType = cleanName(options.type, "a decision's type", report);
    const considered = cleanTexts(options.options);
    let choice: string | undefined;
    let confidenceRatio: number | undefined;
    let reasoning: string | undefined;
    return {
      spanName: `decision ${decisionType}`,
      attributes: { [attribute.agentName]: agent, [attribute.decisionType]: decisionType },
      own: { ...readIds(options, report), agent },
      end({ outcome, timed }, span) {
        span.setText(attribute.decisionChoice, choice);
        span.set(attribute.decisionConfidence, confidenceRatio);
        return {
          type: "decision_made",
          data: { ...timed, outcome, decisionType, options: considered, choice, confidenceRatio, reasoning },
        };
      },
      handle: (operation) => ({
        ...workHandle(operation),
        choose(chosen, details) {
          choice = nameOfChoice(chosen);
          confidenceRatio = cleanRatio(details?.confidence, "a decision's confidence", report);
          reasoning = cleanText(details?.reasoning);
          return chosen;
        },
      }),
    };
  },
};

function nameOfChoice(chosen: unknown): string {
  if (typeof chosen === "string" || typeof chosen === "number" || typeof chosen === "boolean")
    return cleanText(String(chosen)) ?? UNNAMED;
  try {
    return cleanText(JSON.stringify(chosen)) ?? UNNAMED;
  } catch {
    return UNNAMED;
  }
}
