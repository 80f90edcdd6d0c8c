import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { PassThrough } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { Bus } from "../../src/bus/bus.ts";
import type { AgentEvent } from "../../src/events/types.ts";
import { ConsoleSink, type ConsoleSinkOptions } from "../../src/sinks/console.ts";
import { sampleEvent, sampleEvents, sampleOf } from "../store/sample-events.ts";

/** A quarter past nine in the morning, wherever the test runs. */
const MORNING_UNIX_MILLIS = new Date(2026, 2, 1, 9, 15, 4, 67).getTime();

/** What a sink writes to a stream, a terminal or not. */
async function print(
  events: readonly AgentEvent[],
  options: ConsoleSinkOptions & { readonly isTTY?: boolean } = {},
): Promise<string> {
  const { isTTY = true, ...rest } = options;
  const stream = Object.assign(new PassThrough(), { isTTY });
  const sink = new ConsoleSink({ stream, ...rest });
  await sink.start();
  await sink.write(events);
  await sink.close();
  return stream.read()?.toString("utf8") ?? "";
}

async function plainLineOf(event: AgentEvent): Promise<string> {
  return (await print([event], { color: false })).replace(/\n$/, "");
}

describe("a line", () => {
  const at = { timeUnixMillis: MORNING_UNIX_MILLIS };

  it.each<[string, AgentEvent]>([
    [
      "09:15:04.067 handoff_completed    scribe → critic  success · 1.2 s · needs review",
      sampleOf(
        "handoff_completed",
        { fromAgent: "scribe", toAgent: "critic", outcome: "success", durationSeconds: 1.24, reason: "needs review" },
        at,
      ),
    ],
    [
      "09:15:04.067 task_assigned        scribe  T-1 · write_test · least loaded",
      sampleOf("task_assigned", { taskType: "write_test", reason: "least loaded" }, { ...at, taskId: "T-1" }),
    ],
    [
      "09:15:04.067 decision_made        critic  approval · approve · confidence 90 %",
      sampleOf(
        "decision_made",
        { decisionType: "approval", choice: "approve", confidenceRatio: 0.9 },
        { ...at, agent: "critic" },
      ),
    ],
    [
      "09:15:04.067 model_called         scribe  gpt-5 · success · 1,200 input tokens · $0.0123",
      sampleOf(
        "model_called",
        { provider: "openai", model: "gpt-5", outcome: "success", durationSeconds: 2, inputTokens: 1_200, costUsd: 0.0123 },
        at,
      ),
    ],
    [
      "09:15:04.067 context_updated      scribe  tokens 8,200 · limit tokens 10,000 · 12 items",
      sampleOf("context_updated", { tokens: 8_200, limitTokens: 10_000, items: 12 }, at),
    ],
    [
      "09:15:04.067 budget_warning       scribe  checkout · spent $4.10 · limit $5.00",
      sampleOf("budget_warning", { kind: "workflow", name: "checkout", limitUsd: 5, spentUsd: 4.1 }, at),
    ],
    [
      "09:15:04.067 state_saved          scribe  12.3 kB · 8 ms",
      sampleOf("state_saved", { sizeBytes: 12_345, durationSeconds: 0.008 }, at),
    ],
    [
      "09:15:04.067 workflow_completed   scribe  checkout · 2 min 5 s",
      sampleOf("workflow_completed", { name: "checkout", durationSeconds: 125 }, at),
    ],
    [
      "09:15:04.067 failure_recorded     scribe  router · crash · no recovery successful",
      sampleOf(
        "failure_recorded",
        { component: "router", failureType: "crash", recoveryAttempted: true, recoverySuccessful: false },
        at,
      ),
    ],
    [
      "09:15:04.067 agents_coordinated   scribe  parallel · critic, router",
      sampleOf("agents_coordinated", { pattern: "parallel", agents: ["critic", "router"] }, at),
    ],
    [
      "09:15:04.067 measurement_recorded scribe  latency · 0.25 · seconds",
      sampleOf("measurement_recorded", { name: "latency", value: 0.25, unit: "seconds" }, at),
    ],
    ["09:15:04.067 agent_heartbeat      scribe", sampleOf("agent_heartbeat", {}, at)],
  ])("says who did what, and the facts that matter: %s", async (line, event) => {
    expect(await plainLineOf(event)).toBe(line);
  });

  it("names the service where no agent is named", async () => {
    const { agent: _, ...event } = sampleOf("phase_started", { phase: "build" }, at);
    expect(await plainLineOf(event as AgentEvent)).toBe("09:15:04.067 phase_started        checkout-agents  build");
  });

  it("is one line whatever the texts hold, and brings no control characters to the terminal", async () => {
    const evil = "\u001b]0;owned\u0007\u001b[2J\r\nnext\tline\u2028\u0085\u009b31m\u202egnp.exe\u0000\ud800";
    const line = await plainLineOf(
      sampleOf("error_raised", { errorType: evil, errorMessage: evil }, { ...at, agent: evil, source: evil }),
    );
    // Nothing but what can be seen; characters that were taken out leave a mark.
    expect(line).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u);
    expect(line).toContain("�]0;owned��[2J next line");
  });

  it("stays short: long texts are cut, with an ellipsis", async () => {
    const line = await plainLineOf(sampleOf("error_raised", { errorType: "Overflow", errorMessage: "x".repeat(2_000) }, at));
    expect(line.length).toBeLessThan(160);
    expect(line).toMatch(/x…$/);
  });
});

describe("colour", () => {
  it("tells families and outcomes apart, and changes nothing else", async () => {
    const events = [
      sampleOf("handoff_completed", { fromAgent: "a", toAgent: "b", outcome: "success", durationSeconds: 1 }),
      sampleOf("handoff_completed", { fromAgent: "a", toAgent: "b", outcome: "failure", durationSeconds: 1 }),
      sampleOf("tool_called", { tool: "grep", outcome: "success", durationSeconds: 1 }),
    ];
    const colored = await print(events, { color: true });
    expect(stripVTControlCharacters(colored)).toBe(await print(events, { color: false }));
    const [magenta, green, red, gray] = ["\u001b[35m", "\u001b[32m", "\u001b[31m", "\u001b[90m"] as const;
    const [success, failure, tool] = colored.split("\n") as [string, string, string];
    expect(success).toContain(`${magenta}handoff_completed`);
    expect(success).toContain(`${green}success`);
    expect(failure).toContain(`${red}failure`);
    expect(tool).toContain(`${gray}tool_called`);
  });

  it("is for terminals whose user wants it", async () => {
    vi.stubEnv("NO_COLOR", "");
    onTestFinished(() => void vi.unstubAllEnvs());
    const colorCode = "\u001b[";
    expect(await print(sampleEvents(1))).toContain(colorCode);
    expect(await print(sampleEvents(1), { isTTY: false, force: true })).not.toContain(colorCode);
    vi.stubEnv("NO_COLOR", "1");
    expect(await print(sampleEvents(1))).not.toContain(colorCode);
  });
});

describe("a stream", () => {
  it("that is no terminal stays quiet, unless it is asked for", async () => {
    expect(await print(sampleEvents(3), { isTTY: false })).toBe("");
    expect((await print(sampleEvents(3), { isTTY: false, force: true })).split("\n")).toHaveLength(4);
  });

  it("gets nothing after the close, which may come twice", async () => {
    const stream = Object.assign(new PassThrough(), { isTTY: true });
    const sink = new ConsoleSink({ stream });
    await sink.start();
    await sink.close();
    await sink.close();
    await sink.write(sampleEvents(1));
    expect(stream.read()).toBeNull();
    expect(stream.listenerCount("error")).toBe(0);
  });

  it("that is slow holds events in the bounded queue, and nothing beyond it", async () => {
    const stream = new PassThrough({ highWaterMark: 1 });
    const lost: unknown[] = [];
    const bus = new Bus({ dropped: (...loss) => lost.push(loss), tapFailed: () => {} });
    const queue = await bus.connect(new ConsoleSink({ stream, force: true }), { capacity: 100, maxBatch: 10 });
    for (const event of sampleEvents(100)) bus.publish(event);
    await sleep(20);
    // Nobody reads: the first batch is under way for good, and the rest waits.
    expect(queue.depth).toBe(100);
    bus.publish(sampleEvent());
    expect(lost).toEqual([["console", "queue_full", 1, undefined]]);

    stream.setEncoding("utf8");
    const chunks: string[] = [];
    stream.on("data", (chunk: string) => chunks.push(chunk));
    await bus.flush();
    await bus.close(1_000);
    expect(chunks.join("").match(/\n/g)).toHaveLength(100);
  });

  it("that goes away fails the writes, and not the host", async () => {
    const socket = await connectedSocket();
    const sink = new ConsoleSink({ stream: socket, force: true });
    await sink.start();
    socket.destroy(new Error("the terminal is gone"));
    await expect(sink.write([sampleEvent()])).rejects.toThrow();
    await expect(sink.write([sampleEvent()])).rejects.toThrow();
    await sink.close();
  });
});

async function connectedSocket(): Promise<Socket> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  await once(socket, "connect");
  onTestFinished(() => {
    socket.destroy();
    server.close();
  });
  return socket;
}
