import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import express from "express";
import { describe, expect, onTestFinished, test } from "vitest";
import { ClaudeCode } from "../../src/integrations/claude-code/claude-code.ts";
import { createClaudeCodeHook } from "../../src/server/claude-code-hook.ts";
import { Intake } from "../../src/server/intake.ts";
import type { EventStore } from "../../src/store/event-store.ts";
import { startTestHub } from "../support/hub.ts";

const prompt = {
  session_id: "s-1",
  hook_event_name: "UserPromptSubmit",
  prompt_id: "p-1",
  cwd: "/home/me/shop",
  prompt: "do it",
};
const tool = {
  session_id: "s-1",
  hook_event_name: "PostToolUse",
  prompt_id: "p-1",
  tool_name: "Bash",
  tool_input: { command: "ls" },
  tool_use_id: "t-1",
  duration_ms: 20,
};

async function call(url: string, body: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${url}/hooks/claude-code`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body:
      body instanceof Uint8Array || typeof body === "string" ? (body as Uint8Array<ArrayBuffer> | string) : JSON.stringify(body),
  });
  return { status: response.status, answer: await response.text() };
}

const nothing = { status: 200, answer: "{}" };

describe("POST /hooks/claude-code", () => {
  test("keeps what a hook tells, without what was asked and done", async () => {
    const { hub } = await startTestHub();
    for (const body of [prompt, tool, tool]) expect(await call(hub.url, body)).toEqual(nothing);
    await hub.flush();
    const { events } = await hub.query({ order: "oldest-first" });
    expect(events).toMatchObject([
      { type: "workflow_started", workflowId: "s-1", sessionId: "s-1", source: "claude-code", data: { name: "shop" } },
      { type: "agent_started", agent: "claude-code", agentId: "s-1" },
      { type: "tool_called", agent: "claude-code", data: { tool: "Bash", outcome: "success", durationSeconds: 0.02 } },
    ]);
    expect(JSON.stringify(events)).not.toMatch(/do it|"ls"|command/);
  });

  test("keeps what a tool was given where that is asked for", async () => {
    const { hub } = await startTestHub({ captureContent: true });
    await call(hub.url, tool);
    await hub.flush();
    expect((await hub.query({})).events).toMatchObject([{ type: "tool_called", data: { arguments: '{"command":"ls"}' } }]);
  });

  test("a session belongs to the service that its hooks name", async () => {
    const { hub } = await startTestHub();
    await call(hub.url, prompt, { "crowsnest-service": "my-claude" });
    await hub.flush();
    expect((await hub.query({})).events.map(({ source }) => source)).toEqual(["my-claude", "my-claude"]);
  });

  const deep = `${"[".repeat(10_000)}${"]".repeat(10_000)}`;
  test.each<[string, unknown, Record<string, string>, string?]>([
    ["is no JSON", "{", {}, "unreadable"],
    ["is no UTF-8", new Uint8Array([0x22, 0xff, 0xfe, 0x22]), {}, "unreadable"],
    ["is empty", "", {}, "unreadable"],
    ["is a list", "[]", {}],
    ["is null", "null", {}],
    ["names no session", { hook_event_name: "Stop" }, {}],
    ["names a hook that nobody knows", { ...prompt, hook_event_name: "constructor" }, {}],
    ["has fields of other kinds", { ...tool, tool_name: 7, tool_use_id: {}, agent_id: [], duration_ms: "x" }, {}],
    ["has a key called __proto__", '{"session_id":"s","hook_event_name":"Stop","__proto__":{"prompt_id":"x"}}', {}],
    ["is nested 10,000 deep", `{"session_id":"s","hook_event_name":"PostToolUse","tool_input":${deep}}`, {}],
    ["has ids of a megabyte", { ...tool, session_id: "s".repeat(1e6), tool_use_id: "t".repeat(1e6) }, {}],
    ["is larger than may be read", { ...tool, tool_input: "x".repeat(9e6) }, {}, "too_large"],
    ["unpacks to too much", gzipSync(Buffer.alloc(50e6)), { "content-encoding": "gzip" }, "too_large"],
    ["is cut short", gzipSync("{}").subarray(0, 10), { "content-encoding": "gzip" }, "unreadable"],
    ["is packed in an unknown way", "{}", { "content-encoding": "zstd" }, "unreadable"],
    ["says that it is something else", "a=b", { "content-type": "text/plain" }, "unreadable"],
  ])("answers 200 and nothing else where the body %s", async (_, body, headers, reason) => {
    const hub = await startTestHub();
    expect(await call(hub.hub.url, body, headers)).toEqual(nothing);
    expect(await call(hub.hub.url, prompt)).toEqual(nothing);
    await hub.hub.flush();
    expect(await hub.metric('crowsnest_events_total{type="workflow_started"}')).toBe(1);
    if (reason !== undefined)
      expect(await hub.metric(`crowsnest_events_dropped_total{queue="input",reason="${reason}"}`)).toBe(1);
  });

  test("wants the token where the hub has one; the answer that refuses decides nothing either", async () => {
    const hub = await startTestHub({ token: "secret" });
    const refused = await call(hub.hub.url, prompt);
    expect(refused.status).toBe(401);
    expect(Object.keys(JSON.parse(refused.answer))).toEqual(["error"]);
    expect(await call(hub.hub.url, prompt, { authorization: "Bearer secret" })).toEqual(nothing);
  });

  test("answers as fast when the queue of the hub is full, and counts what is lost", async () => {
    const lost: string[] = [];
    const stuck = { append: () => new Promise(() => undefined) } as unknown as EventStore;
    const intake = new Intake(stuck, {
      prepare: (event) => event,
      kept: () => undefined,
      failed: () => undefined,
      lost: (reason, count) => lost.push(`${reason} ${count}`),
    });
    const claudeCode = new ClaudeCode();
    const [event] = claudeCode.readHook(prompt);
    if (event === undefined) throw new Error("the prompt tells nothing");
    // The first is with the store already, the others wait for it.
    intake.offer(event as never);
    await Promise.resolve();
    await Promise.resolve();
    while (intake.depth < intake.capacity) intake.offer(event as never);
    const hook = createClaudeCodeHook(claudeCode, { offer: (one) => intake.offer(one), refused: () => undefined });
    const server = createServer(express().use(hook));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const millis: number[] = [];
    for (let count = 0; count < 100; count += 1) {
      const startMillis = performance.now();
      expect(await call(url, { ...tool, tool_use_id: `t-${count}` })).toEqual(nothing);
      millis.push(performance.now() - startMillis);
    }
    expect(lost).toEqual(new Array(100).fill("queue_full 1"));
    expect(millis.sort((one, other) => one - other)[50]).toBeLessThan(100);
  });
});
