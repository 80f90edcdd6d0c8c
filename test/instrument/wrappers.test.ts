import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { parseEvent } from "../../src/events/validate.ts";
import { startEmbedded } from "../support/embedded.ts";

describe("a wrapper", () => {
  test("gives back the very promise that its function returned", async () => {
    const { crowsnest } = await startEmbedded();
    const promise = Promise.resolve("approved");
    expect(crowsnest.handoff({ from: "scribe", to: "critic" }, () => promise)).toBe(promise);
    await promise;
  });

  test("gives back a plain value as it is, without a promise around it", async () => {
    const { crowsnest, recorder, settle } = await startEmbedded();
    expect(crowsnest.toolCall({ agent: "scribe", tool: "grep" }, () => 7)).toBe(7);
    await settle();
    expect(recorder.types).toEqual(["tool_called"]);
  });

  test("starts a lazy thenable once, and ends when it is done", async () => {
    const { crowsnest, recorder, settle } = await startEmbedded();
    let started = 0;
    const query = {
      then(resolve: (rows: number) => unknown) {
        started += 1;
        resolve(3);
      },
    };
    expect(await crowsnest.toolCall({ agent: "scribe", tool: "sql" }, () => query as PromiseLike<number>)).toBe(3);
    await settle();
    expect(started).toBe(1);
    expect(recorder.of("tool_called")).toHaveLength(1);
  });

  test("lets through what its function throws, and what it rejects with", async () => {
    const { crowsnest } = await startEmbedded();
    const error = new TypeError("no such file");
    const thrower = () => {
      throw error;
    };
    expect(() => crowsnest.toolCall({ agent: "scribe", tool: "read" }, thrower)).toThrow(error);
    await expect(crowsnest.toolCall({ agent: "scribe", tool: "read" }, () => Promise.reject(error))).rejects.toBe(error);
  });

  test("needs no this: its functions can be taken apart", async () => {
    const { crowsnest, recorder, settle } = await startEmbedded();
    const { task } = crowsnest;
    await task({ agent: "scribe", type: "write" }, async ({ progress, retry }) => {
      progress(0.5);
      retry("flaky");
    });
    await settle();
    expect(recorder.types).toEqual(["task_assigned", "task_progressed", "task_progressed", "task_completed"]);
  });
});

describe("an error on its way out", () => {
  test("is told once, by the innermost work, however many wrappers it passes", async () => {
    const { crowsnest, recorder, settle, metric } = await startEmbedded();
    const run = crowsnest.workflow({ name: "checkout" }, () =>
      crowsnest.agentRun({ agent: "scribe" }, () =>
        crowsnest.toolCall({ tool: "read" }, async () => {
          throw new TypeError("no such file");
        }),
      ),
    );
    await expect(run).rejects.toThrow("no such file");
    await settle();
    expect(recorder.of("error_raised")).toMatchObject([
      { agent: "scribe", data: { errorType: "TypeError", errorMessage: "no such file" } },
    ]);
    expect(recorder.of("agent_completed")[0]?.data.outcome).toBe("failure");
    expect(recorder.of("workflow_failed")[0]?.data).toMatchObject({ outcome: "failure", errorType: "TypeError" });
    expect(await metric('agent_errors_total{service="test",agent="scribe",error_type="TypeError"}')).toBe(1);
  });

  test("that is an abort counts as cancelled and not as an error", async () => {
    const { crowsnest, recorder, settle } = await startEmbedded();
    const signal = AbortSignal.abort();
    await expect(crowsnest.toolCall({ agent: "a", tool: "fetch" }, () => sleep(1_000, 0, { signal }))).rejects.toThrow();
    await settle();
    expect(recorder.of("tool_called")[0]?.data.outcome).toBe("cancelled");
    expect(recorder.of("error_raised")).toEqual([]);
  });

  test("that is a time-out counts as one", async () => {
    const { crowsnest, recorder, settle } = await startEmbedded();
    const late = () => Promise.reject(AbortSignal.timeout(0).reason ?? new DOMException("too late", "TimeoutError"));
    await expect(crowsnest.toolCall({ agent: "a", tool: "fetch" }, late)).rejects.toThrow();
    await settle();
    expect(recorder.of("tool_called")[0]?.data.outcome).toBe("timeout");
  });
});

describe("names and ids", () => {
  test("follow the async context, also across Promise.all, without mixing", async () => {
    const { crowsnest, recorder, settle } = await startEmbedded();
    await Promise.all(
      ["A", "B", "C"].map((id) =>
        crowsnest.workflow({ name: "checkout", id: `W-${id}`, sessionId: `S-${id}` }, () =>
          crowsnest.task({ id: `T-${id}`, agent: `scribe-${id}`, type: "write", featureId: `F-${id}` }, async () => {
            await sleep(2);
            await Promise.all([
              crowsnest.handoff({ from: `scribe-${id}`, to: "critic" }, () => sleep(2)),
              crowsnest.decision({ type: "approval" }, async (decision) => decision.choose("approve")),
            ]);
          }),
        ),
      ),
    );
    await settle();
    for (const id of ["A", "B", "C"]) {
      const ids = { workflowId: `W-${id}`, taskId: `T-${id}`, sessionId: `S-${id}`, featureId: `F-${id}` };
      const handoffs = recorder.of("handoff_completed").filter(({ taskId }) => taskId === `T-${id}`);
      expect(handoffs).toMatchObject([{ ...ids, data: { fromAgent: `scribe-${id}`, toAgent: "critic" } }]);
      const decisions = recorder.of("decision_made").filter(({ taskId }) => taskId === `T-${id}`);
      expect(decisions).toMatchObject([{ ...ids, agent: `scribe-${id}` }]);
    }
  });

  test("of an agent instance do not pass to another agent inside", async () => {
    const { crowsnest, recorder, settle } = await startEmbedded();
    await crowsnest.agentRun({ agent: "scribe", agentId: "scribe-7" }, async () => {
      await crowsnest.toolCall({ tool: "grep" }, async () => undefined);
      await crowsnest.toolCall({ agent: "critic", tool: "grep" }, async () => undefined);
    });
    await settle();
    expect(recorder.of("tool_called").map(({ agent, agentId }) => [agent, agentId])).toEqual([
      ["scribe", "scribe-7"],
      ["critic", undefined],
    ]);
  });

  test("hold for what is emitted after the fact", async () => {
    const { crowsnest, recorder, settle } = await startEmbedded();
    await crowsnest.task({ id: "T-1", agent: "scribe", type: "write" }, async () => {
      crowsnest.emit({ type: "hitl_escalated", data: { priority: "high" } });
      crowsnest.context({ tokens: 5_000 });
    });
    await settle();
    expect(recorder.of("hitl_escalated")[0]).toMatchObject({ taskId: "T-1", agent: "scribe" });
    expect(recorder.of("context_updated")[0]).toMatchObject({ taskId: "T-1", agent: "scribe" });
  });
});

describe("a task", () => {
  test("that was assigned before is not assigned again when its work begins", async () => {
    const { crowsnest, recorder, settle } = await startEmbedded();
    crowsnest.emit({ type: "task_queued", taskId: "T-1", data: { taskType: "write", priority: "high", dependsOn: ["T-0"] } });
    const agent = await crowsnest.assignment(
      { taskId: "T-1", type: "write", candidates: ["scribe", "medic"] },
      async (assignment) => assignment.choose("scribe", { reason: "knows the module", workload: 2 }),
    );
    await crowsnest.task({ id: "T-1", agent, type: "write" }, async () => undefined);
    await settle();
    expect(recorder.types).toEqual(["task_queued", "task_assigned", "task_completed"]);
    expect(recorder.of("task_assigned")[0]).toMatchObject({
      agent: "scribe",
      taskId: "T-1",
      data: { reason: "knows the module", workload: 2, alternatives: ["medic"] },
    });
  });

  test("shows how long it waited, how often it was tried, and that it runs", async () => {
    const { crowsnest, settle, metric } = await startEmbedded();
    const labels = 'service="test",agent="scribe",task_type="write"';
    crowsnest.emit({ type: "task_queued", taskId: "T-1", timeUnixMillis: Date.now() - 3_000, data: { taskType: "write" } });
    await crowsnest.task({ id: "T-1", agent: "scribe", type: "write" }, async (task) => {
      expect(await metric('agent_tasks_in_progress{service="test",agent="scribe"}')).toBe(1);
      expect(await metric('agent_active{service="test",agent="scribe"}')).toBe(1);
      task.retry();
      task.retry();
    });
    await settle();
    expect(await metric('agent_tasks_in_progress{service="test",agent="scribe"}')).toBe(0);
    expect(await metric('agent_active{service="test",agent="scribe"}')).toBe(0);
    expect(await metric(`agent_task_retries_total{${labels}}`)).toBe(2);
    expect(await metric(`agent_tasks_total{${labels},outcome="success"}`)).toBe(1);
    expect(await metric('agent_task_queue_duration_seconds_sum{service="test",task_type="write"}')).toBeGreaterThanOrEqual(3);
    expect(await metric('agent_task_queue_duration_seconds_sum{service="test",task_type="write"}')).toBeLessThan(10);
  });

  test("can fail without throwing", async () => {
    const { crowsnest, recorder, settle } = await startEmbedded();
    await crowsnest.task({ agent: "scribe", type: "write" }, async (task) => task.fail("no assertion", "WeakTest"));
    await settle();
    expect(recorder.of("task_failed")[0]?.data).toMatchObject({ outcome: "failure", errorType: "WeakTest" });
    expect(recorder.of("error_raised")).toHaveLength(1);
  });
});

describe("every kind of work", () => {
  test("tells events that the vocabulary accepts", async () => {
    const { crowsnest, recorder, settle } = await startEmbedded({ resources: true });
    await crowsnest.workflow({ name: "checkout", projectId: "P-1" }, async (workflow) => {
      workflow.step("plan", { index: 0, count: 2, progress: 0.5, durationSeconds: 0.1 });
      await crowsnest.milestone({ type: "first_test", name: "First test" }, async () => undefined);
      await crowsnest.agentRun({ agent: "scribe", role: "writer", model: "gpt-5", tools: ["grep"] }, async (run) => {
        run.heartbeat();
        run.cost(0.2);
        await crowsnest.modelCall({ provider: "openai", model: "gpt-5", tier: "strong" }, async (call) => {
          call.firstToken();
          call.usage({ inputTokens: 100, outputTokens: 50, cacheReadTokens: 40, cacheWriteTokens: 10, reasoningTokens: 20 });
          call.cost(0.01);
          call.finish("stop");
        });
        await crowsnest.skill({ skill: "review", params: { depth: 2 }, runId: "R-1", journey: "CUJ-1" }, async (skill) => {
          skill.cache(true);
          skill.result(["fine"]);
        });
        await crowsnest.validation({ name: "unit" }, async (validation) =>
          validation.failed({ findings: ["one"], screenshots: 2 }),
        );
        await crowsnest.validation({}, async () => undefined);
      });
      await expect(
        crowsnest.milestone({ type: "release" }, async () => {
          throw new Error("not today");
        }),
      ).rejects.toThrow();
    });
    await settle();
    for (const event of recorder.events) {
      const parsed = parseEvent(JSON.parse(JSON.stringify(event)));
      expect("problems" in parsed ? [event.type, parsed.problems] : []).toEqual([]);
    }
    expect(new Set(recorder.types)).toEqual(
      new Set([
        "workflow_started",
        "step_progressed",
        "milestone_started",
        "milestone_completed",
        "agent_started",
        "agent_heartbeat",
        "model_called",
        "skill_invoked",
        "validation_completed",
        "agent_completed",
        "milestone_failed",
        "error_raised",
        "workflow_completed",
      ]),
    );
    expect(recorder.of("validation_completed").map(({ data }) => data.outcome)).toEqual(["failed", "passed"]);
    expect(recorder.of("agent_completed")[0]?.data.cpuSeconds).toBeGreaterThanOrEqual(0);
    expect(recorder.of("agent_completed")[0]?.data.peakRssBytes).toBeGreaterThan(1_000_000);
  });

  test("counts tokens so that the kinds do not overlap and their sum is all", async () => {
    const { crowsnest, metric } = await startEmbedded();
    await crowsnest.modelCall({ agent: "scribe", provider: "openai", model: "gpt-5" }, async (call) =>
      call.usage({ inputTokens: 100, outputTokens: 50, cacheReadTokens: 40, cacheWriteTokens: 10, reasoningTokens: 20 }),
    );
    const tokens = (kind: string) =>
      metric(`agent_model_tokens_total{service="test",agent="scribe",provider="openai",model="gpt-5",token_type="${kind}"}`);
    expect(await tokens("input")).toBe(50);
    expect(await tokens("cache_read")).toBe(40);
    expect(await tokens("cache_write")).toBe(10);
    expect(await tokens("output")).toBe(30);
    expect(await tokens("reasoning")).toBe(20);
  });
});

describe("work begun by hand", () => {
  test("ends once, and what runs inside nests under it", async () => {
    const { crowsnest, recorder, settle } = await startEmbedded();
    const run = crowsnest.begin("agentRun", { agent: "scribe", sessionId: "S-1" });
    const call = crowsnest.begin("modelCall", { provider: "openai", model: "gpt-5" }, run);
    call.end();
    run.run(() => crowsnest.emit({ type: "agent_heartbeat", data: { status: "busy" } }));
    run.end();
    run.end();
    run.fail(new Error("too late"));
    await settle();
    expect(recorder.types).toEqual(["agent_started", "model_called", "agent_heartbeat", "agent_completed"]);
    expect(recorder.events.every(({ agent, sessionId }) => agent === "scribe" && sessionId === "S-1")).toBe(true);
  });
});
