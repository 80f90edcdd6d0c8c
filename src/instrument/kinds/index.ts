import { agentRunKind } from "./agent-run.ts";
import { assignmentKind } from "./assignment.ts";
import { decisionKind } from "./decision.ts";
import { handoffKind } from "./handoff.ts";
import { milestoneKind } from "./milestone.ts";
import { modelCallKind } from "./model-call.ts";
import { skillKind } from "./skill.ts";
import { taskKind } from "./task.ts";
import { toolCallKind } from "./tool-call.ts";
import { validationKind } from "./validation.ts";
import { workflowKind } from "./workflow.ts";

/** Everything that takes time and is wrapped, by the name of its method. */
export const kinds = {
  workflow: workflowKind,
  task: taskKind,
  assignment: assignmentKind,
  handoff: handoffKind,
  decision: decisionKind,
  agentRun: agentRunKind,
  modelCall: modelCallKind,
  toolCall: toolCallKind,
  skill: skillKind,
  milestone: milestoneKind,
  validation: validationKind,
} as const;

export type Kinds = typeof kinds;
