import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { AgentEvent } from "../../../src/events/types.ts";
import { parseEvent } from "../../../src/events/validate.ts";
import { ClaudeCode } from "../../../src/integrations/claude-code/claude-code.ts";
import { startTestHub } from "../../support/hub.ts";
import { until } from "../../support/until.ts";

const NOON = Date.UTC(2026, 5, 1, 12);

/** Hooks of one session, told a second apart; what they told, as the hub would keep it. */
function session(claudeCode = new ClaudeCode(), startUnixMillis = NOON) {
  let nowUnixMillis = startUnixMillis;
  return (hook: string, fields: Record<string, unknown> = {}): AgentEvent[] => {
    nowUnixMillis += 1_000;
    const body = { session_id: "s-1", prompt_id: "p-1", cwd: "/home/me/shop", hook_event_name: hook, ...fields };
    return claudeCode.readHook(body, undefined, nowUnixMillis).map((draft) => {
      const parsed = parseEvent(draft);
      if ("event" in parsed) return parsed.event;
      throw new Error(JSON.stringify(parsed.problems));
    });
  };
}

const types = (events: readonly AgentEvent[]) => events.map(({ type }) => type);
const helper = { agent_id: "a-1", agent_type: "scribe" };

describe("a session", () => {
  test("begins with the first that is heard of it, and ends once", () => {
    const tell = session();
    expect(types(tell("UserPromptSubmit"))).toEqual(["workflow_started", "agent_started"]);
    expect(tell("Stop")).toMatchObject([{ type: "agent_completed", data: { outcome: "success", durationSeconds: 1 } }]);
    expect(tell("SessionEnd")).toMatchObject([{ type: "workflow_completed", data: { name: "shop", durationSeconds: 2 } }]);
    expect(tell("SessionEnd")).toEqual([]);
    expect(types(tell("SubagentStop", helper))).toEqual(["agent_completed", "handoff_completed"]);
  });

  test("that ends in the middle ends what it was doing", () => {
    const tell = session();
    tell("UserPromptSubmit");
    tell("SubagentStart", helper);
    expect(tell("SessionEnd")).toMatchObject([
      { type: "agent_completed", agent: "scribe", data: { outcome: "cancelled" } },
      { type: "handoff_completed", data: { outcome: "cancelled" } },
      { type: "agent_completed", agent: "claude-code", data: { outcome: "cancelled" } },
      { type: "workflow_completed" },
    ]);
  });

  test("whose turn failed last failed, and one that went on did not", () => {
    const tell = session();
    tell("UserPromptSubmit");
    expect(tell("StopFailure", { error: "rate_limit", last_assistant_message: "API Error: slow down\nmore" })).toMatchObject([
      { type: "agent_completed", data: { outcome: "failure", errorType: "rate_limit" } },
      { type: "error_raised", data: { errorType: "rate_limit", errorMessage: "API Error: slow down" } },
    ]);
    tell("UserPromptSubmit", { prompt_id: "p-2" });
    tell("Stop", { prompt_id: "p-2" });
    expect(types(tell("SessionEnd"))).toEqual(["workflow_completed"]);
    tell("UserPromptSubmit", { prompt_id: "p-3" });
    tell("StopFailure", { prompt_id: "p-3", error: "overloaded" });
    expect(tell("SessionEnd")).toMatchObject([{ type: "workflow_failed", data: { errorType: "overloaded" } }]);
  });

  test("a prompt that interrupts ends the turn before; one that Claude Code gives itself does not", () => {
    const tell = session();
    tell("UserPromptSubmit");
    expect(tell("UserPromptSubmit", { prompt: "<task-notification>" })).toEqual([]);
    expect(tell("UserPromptSubmit", { prompt_id: "p-2" })).toMatchObject([
      { type: "agent_completed", data: { outcome: "cancelled", durationSeconds: 2 } },
      { type: "agent_started" },
    ]);
  });

  test("a hook that is sent again tells the same events", () => {
    for (const [hook, fields] of [
      ["Stop", {}],
      ["SubagentStart", helper],
      ["SubagentStop", helper],
      ["PostToolUse", { tool_name: "Bash", tool_use_id: "t-1" }],
      ["TaskCreated", { task_id: "1", task_subject: "Write" }],
      ["TaskCompleted", { task_id: "1" }],
      ["PostCompact", {}],
    ] as const) {
      const tell = session();
      for (const before of ["UserPromptSubmit", "PreCompact"]) tell(before);
      if (hook === "SubagentStop") tell("SubagentStart", helper);
      const ids = (events: readonly AgentEvent[]) => events.map(({ id }) => id);
      expect(ids(tell(hook, fields))).toEqual(ids(tell(hook, fields)));
    }
  });

  test("a subagent that is asked again runs again", () => {
    const tell = session();
    tell("UserPromptSubmit");
    const runs = [1, 2].map(() => [...tell("SubagentStart", helper), ...tell("SubagentStop", helper)]);
    expect(new Set(runs.flat().map(({ id }) => id)).size).toBe(8);
    for (const run of runs) expect(new Set(run.map(({ operationId }) => operationId)).size).toBe(1);
  });

  test("tasks wait, are taken, and are done or struck off; their numbers are their session's", () => {
    const tell = session();
    tell("UserPromptSubmit");
    const update = (taskId: string, to: string) => ({
      tool_name: "TaskUpdate",
      tool_use_id: `t-${taskId}-${to}`,
      tool_input: { taskId, status: to },
      tool_response: { statusChange: { from: "pending", to } },
    });
    for (const task_id of ["1", "2"]) tell("TaskCreated", { task_id, task_subject: `Write ${task_id}` });
    const [, taken] = tell("PostToolUse", { ...helper, ...update("1", "in_progress") });
    expect(taken).toMatchObject({ type: "task_assigned", taskId: "s-1-1", agent: "scribe", data: { name: "Write 1" } });
    expect(tell("TaskCompleted", { ...helper, task_id: "1" })).toMatchObject([
      { type: "task_completed", data: { durationSeconds: 1 } },
    ]);
    expect(types(tell("PostToolUse", update("1", "completed")))).toEqual(["tool_called"]);
    expect(tell("PostToolUse", update("2", "deleted"))[1]).toMatchObject({ type: "task_failed", data: { outcome: "cancelled" } });
  });

  test("a tool of a version that does not say how long it took is timed", () => {
    const tell = session();
    expect(types(tell("PreToolUse", { tool_use_id: "t-1" }))).toEqual(["workflow_started"]);
    const call = { tool_name: "Bash", tool_use_id: "t-1", error: "Exit code 1\nall of its output", is_interrupt: false };
    expect(tell("PostToolUseFailure", call)).toMatchObject([
      { data: { durationSeconds: 1, outcome: "failure", errorMessage: "Exit code 1" } },
    ]);
    expect(tell("PostToolUseFailure", { ...call, is_interrupt: true })[0]).toMatchObject({ data: { outcome: "cancelled" } });
  });

  test("a tool of an MCP server is told with the server", () => {
    const [call] = session()("PostToolUse", { tool_name: "mcp__issues__create", tool_use_id: "t-1", tool_input: { title: "x" } });
    expect(call).toMatchObject({
      data: { tool: "mcp__issues__create", toolType: "mcp", server: "issues" },
    });
  });

  test("a person is asked only where somebody is waited for", () => {
    const tell = session();
    tell("UserPromptSubmit");
    expect(tell("PermissionRequest", { tool_name: "Bash" })).toEqual([]);
    expect(tell("Notification", { notification_type: "permission_prompt", message: "may I?" })).toMatchObject([
      { type: "hitl_escalated", agent: "claude-code", data: { reason: "may I?" } },
    ]);
    expect(tell("Notification", { notification_type: "auth_success" })).toEqual([]);
    expect(tell("Notification", { notification_type: "idle_prompt" })).toMatchObject([
      { type: "agent_heartbeat", data: { status: "idle" } },
    ]);
    expect(tell("TeammateIdle", { teammate_name: "critic" })).toMatchObject([{ type: "agent_heartbeat", agent: "critic" }]);
  });

  test("the main agent is called what it was started as, also where subagents' hooks are between", () => {
    const tell = session();
    expect(tell("UserPromptSubmit", { agent_type: "boss" })[1]).toMatchObject({ agent: "boss" });
    expect(tell("SubagentStart", helper)[0]).toMatchObject({ data: { fromAgent: "boss", toAgent: "scribe" } });
  });

  test("goes on while it is silent, for four hours", () => {
    const claudeCode = new ClaudeCode();
    const [start] = session(claudeCode)("UserPromptSubmit");
    if (start === undefined) throw new Error("nothing was told");
    expect(claudeCode.goesOn(start, NOON + 3 * 3_600_000)).toBe(true);
    expect(claudeCode.goesOn(start, NOON + 5 * 3_600_000)).toBe(false);
    expect(claudeCode.goesOn({ ...start, id: "another" }, NOON)).toBeUndefined();
  });
});

describe("a hub", () => {
  const hooks = (url: string, hook: string, fields: Record<string, unknown> = {}) =>
    fetch(`${url}/hooks/claude-code`, {
      method: "POST",
      body: JSON.stringify({ session_id: "s-1", prompt_id: "p-1", cwd: "/shop", hook_event_name: hook, ...fields }),
    });

  test("that is restarted in the middle of a session goes on with it", async () => {
    const before = await startTestHub();
    await hooks(before.hub.url, "UserPromptSubmit", { agent_type: "boss" });
    await hooks(before.hub.url, "SubagentStart", helper);
    await before.hub.flush();
    await before.hub.close();
    await sleep(20);
    const after = await startTestHub({ data: before.data });
    for (const hook of ["UserPromptSubmit", "SubagentStop", "Stop", "SessionEnd"]) {
      await hooks(after.hub.url, hook, hook === "SubagentStop" ? helper : {});
    }
    await after.hub.flush();
    const { events } = await after.hub.query({ order: "oldest-first" });
    expect(events.map(({ type }) => type)).toEqual([
      ...["workflow_started", "agent_started", "handoff_started", "agent_started"],
      ...["agent_completed", "handoff_completed", "agent_completed", "workflow_completed"],
    ]);
    const [end] = events.slice(-1);
    expect(end?.type === "workflow_completed" && end.data.durationSeconds).toBeGreaterThan(0.019);
    const inProgress = await after.metric('agent_workflows_in_progress{service="claude-code",workflow="shop"}');
    expect(inProgress ?? 0).toBe(0);
    expect(await after.metric('agent_active{service="claude-code",agent="boss"}')).toBe(0);
  });

  test("does not give up a session that is silent, as it does with others", async () => {
    const hub = await startTestHub({ abandonAfterSeconds: 0.4 });
    await hooks(hub.hub.url, "UserPromptSubmit");
    await fetch(`${hub.hub.url}/v1/events`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ type: "workflow_started", source: "claude-code", workflowId: "w", data: { name: "other" } }),
    });
    await until("the other workflow to be given up", () =>
      hub.metric('agent_workflows_total{service="claude-code",workflow="other",outcome="abandoned"}'),
    );
    expect(await hub.metric('agent_workflows_in_progress{service="claude-code",workflow="shop"}')).toBe(1);
  });
});
