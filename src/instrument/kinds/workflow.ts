import { uuidv7 } from "../../events/uuid.ts";
import { attribute } from "../../tracing/semconv.ts";
import { cleanAmount, cleanCount, cleanId, cleanName, cleanRatio, cleanText } from "../clean.ts";
import { type OperationKind, type WorkHandle, workHandle } from "../operation.ts";
import { type CorrelationOptions, readIds } from "./ids.ts";

export interface WorkflowOptions extends CorrelationOptions {
  readonly name: string;
  /** This run's id. @default a new one */
  readonly id?: string;
}

export interface StepDetails {
  /** @default "completed" */
  readonly status?: "started" | "completed" | "failed" | "skipped";
  /** Which step it is, counted from 0, and of how many. */
  readonly index?: number;
  readonly count?: number;
  /** How far the whole run is, from 0 to 1. */
  readonly progress?: number;
  readonly durationSeconds?: number;
  readonly message?: string;
}

export interface WorkflowHandle extends WorkHandle {
  readonly id: string;
  /** The run moved on by a step. */
  step(name: string, details?: StepDetails): void;
}

/** One run of a workflow: everything inside carries its id. */
export const workflowKind: OperationKind<WorkflowOptions, WorkflowHandle> = {
  label: "workflow",
  draft(options, _outer, { report }) {
    const name = cleanName(options.name, "a workflow's name", report);
    const workflowId = cleanId(options.id, "a workflow's id", report) ?? uuidv7();
    return {
      spanName: `invoke_workflow ${name}`,
      attributes: {
        [attribute.operationName]: "invoke_workflow",
        [attribute.workflowName]: name,
        [attribute.workflowId]: workflowId,
      },
      own: { ...readIds(options, report), workflowId, workflow: name },
      opens: "workflow",
      start: { type: "workflow_started", data: { name } },
      end({ outcome, timed, failure }) {
        if (outcome === "success") return { type: "workflow_completed", data: { ...timed, name } };
        return { type: "workflow_failed", data: { ...timed, ...failure, outcome, name } };
      },
      handle: (operation) => ({
        ...workHandle(operation),
        id: workflowId,
        step(step, details) {
          operation.tell({
            type: "step_progressed",
            data: {
              step: cleanName(step, "a step's name", report),
              runId: workflowId,
              status: details?.status ?? "completed",
              stepIndex: cleanCount(details?.index, "a step's index", report),
              stepCount: cleanCount(details?.count, "a step's count", report),
              progressRatio: cleanRatio(details?.progress, "a step's progress", report),
              durationSeconds: cleanAmount(details?.durationSeconds, "a step's durationSeconds", report),
              message: cleanText(details?.message),
            },
          });
        },
      }),
    };
  },
};
