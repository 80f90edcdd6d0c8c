import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { startEmbedded } from "../support/embedded.ts";
import { until } from "../support/until.ts";

describe("what began and never ends", () => {
  test("is closed as abandoned when its service has been silent for long enough", async () => {
    const { crowsnest, recorder, settle, metric } = await startEmbedded({ abandonAfterSeconds: 0.2 });
    const elsewhere = { source: "python-agents", operationId: "H-1" } as const;
    crowsnest.emit({ type: "handoff_started", ...elsewhere, data: { fromAgent: "scribe", toAgent: "critic" } });
    crowsnest.emit({
      type: "task_assigned",
      source: "python-agents",
      agent: "scribe",
      taskId: "T-9",
      data: { taskType: "write" },
    });
    expect(await metric('agent_handoffs_in_progress{service="python-agents"}')).toBe(1);
    await until("the handoff to be abandoned", async () => {
      await settle();
      return recorder.of("handoff_completed").length > 0 || undefined;
    });
    expect(recorder.of("handoff_completed")).toMatchObject([{ ...elsewhere, data: { outcome: "abandoned", toAgent: "critic" } }]);
    expect(recorder.of("task_failed")).toMatchObject([{ taskId: "T-9", data: { outcome: "abandoned", taskType: "write" } }]);
    // It was silent from the first moment on: what nobody was heard at was no work.
    expect(recorder.of("handoff_completed")[0]?.data.durationSeconds).toBeLessThan(0.2);
    expect(await metric('agent_handoffs_in_progress{service="python-agents"}')).toBe(0);
    expect(await metric('agent_tasks_in_progress{service="python-agents",agent="scribe"}')).toBe(0);
  });

  test("is left alone while it runs in this process, however silent it is", async () => {
    const { crowsnest, recorder, settle } = await startEmbedded({ abandonAfterSeconds: 0.1 });
    await crowsnest.task({ agent: "scribe", type: "think" }, () => sleep(600));
    await settle();
    expect(recorder.types).toEqual(["task_assigned", "task_completed"]);
  });

  test("is abandoned when Crowsnest closes", async () => {
    const { crowsnest, recorder } = await startEmbedded();
    const { promise: never } = Promise.withResolvers<void>();
    void crowsnest.workflow({ name: "checkout" }, () => crowsnest.toolCall({ agent: "scribe", tool: "wait" }, () => never));
    await crowsnest.close();
    expect(recorder.of("workflow_failed")[0]?.data.outcome).toBe("abandoned");
    expect(recorder.of("tool_called")[0]?.data.outcome).toBe("abandoned");
  });
});
