import { describe, expect, it } from "vitest";
import { eventTypes } from "../../src/events/families.ts";
import { boundaryOf, operationKey } from "../../src/events/operations.ts";

describe("boundaryOf", () => {
  it("knows where the five kinds of work begin and end, and that nothing else does", () => {
    const found = eventTypes.flatMap((type) => {
      const boundary = boundaryOf(type);
      return boundary === undefined ? [] : [`${type}: ${boundary.kind} ${boundary.edge}`];
    });
    expect(found).toEqual([
      "agent_started: agentRun start",
      "agent_completed: agentRun end",
      "handoff_started: handoff start",
      "handoff_completed: handoff end",
      "task_assigned: task start",
      "task_completed: task end",
      "task_failed: task end",
      "workflow_started: workflow start",
      "workflow_completed: workflow end",
      "workflow_failed: workflow end",
      "milestone_started: milestone start",
      "milestone_completed: milestone end",
      "milestone_failed: milestone end",
    ]);
  });
});

describe("operationKey", () => {
  const ids = { taskId: "T-1", workflowId: "W-1", operationId: "1", spanId: "b7ad6b7169203331" };

  it("is the task's and the workflow's own id, in whatever service", () => {
    for (const source of ["shop", "warehouse"]) {
      expect(operationKey("task", source, ids)).toBe("T-1");
      expect(operationKey("workflow", source, ids)).toBe("W-1");
    }
  });

  it("is the operation's id within its service, else the span's", () => {
    for (const kind of ["handoff", "agentRun", "milestone"] as const) {
      expect(operationKey(kind, "shop", ids)).not.toBe(operationKey(kind, "warehouse", ids));
      expect(operationKey(kind, "shop", ids)).toBe(operationKey(kind, "shop", { operationId: "1" }));
      expect(operationKey(kind, "shop", { spanId: ids.spanId })).toBe(ids.spanId);
    }
  });

  it("is nothing where nothing ties a start to its end", () => {
    expect(operationKey("handoff", "shop", { taskId: "T-1", agent: "scribe" })).toBeUndefined();
  });
});
