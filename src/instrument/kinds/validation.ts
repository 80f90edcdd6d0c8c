import { attribute } from "../../tracing/semconv.ts";
import { cleanAmount, cleanCount, cleanId, cleanTexts } from "../clean.ts";
import { type OperationKind, type WorkHandle, workHandle } from "../operation.ts";
import { type CorrelationOptions, readIds } from "./ids.ts";

export interface ValidationOptions extends CorrelationOptions {
  /** Name of the agent that validates. @default the agent whose work it is part of */
  readonly agent?: string;
  readonly name?: string;
}

export interface ValidationDetails {
  readonly findings?: readonly string[];
  readonly screenshots?: number;
  /** In US dollars. */
  readonly costUsd?: number;
}

export interface ValidationHandle extends WorkHandle {
  passed(details?: ValidationDetails): void;
  failed(details?: ValidationDetails): void;
}

/** Work is checked by running it. Passed where its function returns and says nothing else, failed where it throws. */
export const validationKind: OperationKind<ValidationOptions, ValidationHandle> = {
  label: "validation",
  draft(options, outer, { report }) {
    const agent = cleanId(options.agent ?? outer.agent, "a validation's agent", report);
    const name = cleanId(options.name, "a validation's name", report);
    let verdict: "passed" | "failed" | undefined;
    let details: ValidationDetails | undefined;
    const conclude = (outcome: "passed" | "failed") => (given?: ValidationDetails) => {
      verdict = outcome;
      details = given;
    };
    return {
      spanName: name === undefined ? "validation" : `validation ${name}`,
      attributes: agent === undefined ? {} : { [attribute.agentName]: agent },
      own: { ...readIds(options, report), agent },
      end({ outcome, timed }, span) {
        const concluded = verdict ?? (outcome === "success" ? "passed" : "failed");
        span.set(attribute.validationOutcome, concluded);
        return {
          type: "validation_completed",
          data: {
            ...timed,
            outcome: concluded,
            name,
            costUsd: cleanAmount(details?.costUsd, "a validation's costUsd", report),
            screenshots: cleanCount(details?.screenshots, "a validation's screenshots", report),
            findings: cleanTexts(details?.findings),
          },
        };
      },
      handle: (operation) => ({ ...workHandle(operation), passed: conclude("passed"), failed: conclude("failed") }),
    };
  },
};
