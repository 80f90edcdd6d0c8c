import type { Server } from "node:http";
import { connect } from "node:net";
import { expect, test, vi } from "vitest";
import { complete } from "../../helpers/events.ts";
import { watch } from "../../support/live-clients.ts";
import { startLive } from "../../support/live-server.ts";
import { until } from "../../support/until.ts";

const handoff = complete({
  type: "handoff_completed",
  agent: "scribe",
  agentId: "scribe-7",
  sessionId: "S-1",
  workflowId: "W-1",
  taskId: "T-1",
  traceId: "0af7651916cd43dd8448eb211c80319c",
  spanId: "b7ad6b7169203331",
  attributes: { team: "blue" },
  data: { fromAgent: "scribe", toAgent: "critic", outcome: "success", durationSeconds: 1.5 },
});

test("a console gets every event in the shape that it reads, one in a frame, and nothing else", async () => {
  const live = await startLive();
  for (const path of ["/ws", "/"]) {
    const watcher = await watch(live.url, path);
    const [{ seq } = { seq: 0 }] = await live.publish([
      { ...handoff, id: `first at ${path}` },
      { ...handoff, id: `second at ${path}` },
    ]);
    await watcher.reached(seq + 1);
    expect(watcher.messages[0]).toEqual({
      event_type: "handoff_completed",
      timestamp: handoff.timeUnixMillis / 1_000,
      payload: {
        agent: "scribe",
        task_id: "T-1",
        fromAgent: "scribe",
        toAgent: "critic",
        outcome: "success",
        durationSeconds: 1.5,
      },
      id: `first at ${path}`,
      seq,
      service: "shop",
      agent: "scribe",
      agent_id: "scribe-7",
      session_id: "S-1",
      workflow_id: "W-1",
      task_id: "T-1",
      trace_id: "0af7651916cd43dd8448eb211c80319c",
      span_id: "b7ad6b7169203331",
      attributes: { team: "blue" },
    });
    expect([watcher.messages.length, watcher.frames]).toEqual([2, 2]);
  }
});

test("the WebSocket of browsers and of Node reads the stream", async () => {
  const live = await startLive();
  const socket = new WebSocket(`${live.url.replace("http", "ws")}/ws?batch=1`);
  const types: string[] = [];
  socket.addEventListener("message", ({ data }) =>
    types.push(...JSON.parse(data).map((event: { event_type: string }) => event.event_type)),
  );
  await new Promise((resolve) => socket.addEventListener("open", resolve));
  await live.publish([handoff]);
  expect(await until("the event", () => (types.length > 0 ? types : undefined))).toEqual(["handoff_completed"]);
  socket.close();
  await until("the end of the watch", () => live.told.watched === 0);
});

test("with ?batch=1 events that are published together share a frame, which stays readable in size", async () => {
  const live = await startLive();
  const watcher = await watch(live.url, "/ws?batch=1");
  await live.publish(200);
  await watcher.reached(200);
  expect(watcher.seqs).toEqual(live.log.map(({ seq }) => seq));
  expect(watcher.frames).toBeLessThanOrEqual(2);

  const large = Array.from({ length: 20 }, (_, index) =>
    complete({
      type: "error_raised",
      agent: "a",
      data: { errorType: `${index}`, errorMessage: "x".repeat(2_000) },
      attributes: Object.fromEntries(Array.from({ length: 16 }, (_, number) => [`a${number}`, "y".repeat(4_000)])),
    }),
  );
  const framesBefore = watcher.frames;
  await live.publish(large);
  await watcher.reached(220);
  // 20 events of 66 kB each in frames of some 256 kB.
  expect(watcher.frames - framesBefore).toBeGreaterThanOrEqual(4);
  expect(watcher.seqs).toHaveLength(220);
});

test("events go out within milliseconds, and how long that took is told", async () => {
  const live = await startLive();
  const watcher = await watch(live.url);
  await live.publish(1);
  await watcher.reached(1);
  expect(live.told.deliveredSeconds).toHaveLength(1);
  expect(live.told.deliveredSeconds[0]).toBeLessThan(1);
});

test("a message that is not understood is answered in words, and the stream goes on", async () => {
  const live = await startLive();
  const watcher = await watch(live.url);
  const answers: [said: unknown, error: string][] = [
    [
      "{",
      'a message has to be JSON; there are {"subscribe": {…}}, {"pause": true}, {"resumeFrom": seq} and {"since": "2026-11-20T12:00:00Z"}',
    ],
    ["[1]", "the message is not understood; there are"],
    [{}, "the message is empty; there are"],
    [{ hello: 1 }, "the message is not understood; there are"],
    [
      { subscribe: { types: ["handoff_done"] } },
      'subscribe.types.0: names "handoff_done", which is no event type; near it are handoff_started and handoff_completed',
    ],
    [
      { subscribe: { typs: ["handoff_completed"] } },
      'subscribe has no "typs"; there are types, agents, workflows, sessions, services, severity',
    ],
    [{ subscribe: { severity: "bad" } }, "subscribe.severity: has to be one of info, warning, error, critical"],
    [{ pause: "yes" }, "pause: has to be true or false"],
    [{ resumeFrom: -1 }, "resumeFrom: has to be the seq of an event"],
    [{ resumeFrom: 1.5 }, "resumeFrom: has to be the seq of an event"],
    [{ since: "yesterday" }, "since: has to be a moment by ISO 8601, such as 2026-11-20T12:00:00Z"],
    [{ resumeFrom: 1, pause: true }, "pause, resumeFrom and since exclude each other"],
  ];
  for (const [said] of answers) watcher.say(said);
  watcher.socket.send(Buffer.from("{}"), { binary: true });
  await until("all answers", () => watcher.notices.length === answers.length + 1);
  const errors = watcher.notices.map(({ error }) => String(error));
  for (const [index, [, error]] of answers.entries()) expect(errors[index]).toContain(error);
  expect(errors.at(-1)).toBe("a message has to be text");
  await live.publish(1);
  await watcher.reached(1);
});

test("whoever goes on not to be understood is let go, and so is a message of more than 64 KiB", async () => {
  const live = await startLive();
  const babbling = await watch(live.url);
  for (let count = 0; count < 25; count += 1) babbling.say("?");
  expect(await babbling.closed).toEqual({ code: 1008, reason: "too many messages that were not understood" });
  expect(babbling.notices).toHaveLength(20);

  const long = await watch(live.url);
  long.say({ subscribe: { agents: ["x".repeat(65_536)] } });
  expect((await long.closed).code).toBe(1009);
  await until("both are gone", () => live.told.watched === 0);
});

test("compression is not taken up, as frames are written once for all", async () => {
  const live = await startLive();
  const watcher = await watch(live.url);
  expect(watcher.socket.extensions).toBe("");
});

test("an upgrade elsewhere, or one that is refused, is answered by HTTP and ended", async () => {
  const live = await startLive({
    refusal: ({ headers }) => (headers.authorization === "Bearer secret" ? undefined : { status: 401, error: "send the token" }),
  });
  await expect(watch(live.url, "/nowhere")).rejects.toThrow("404");
  await expect(watch(live.url)).rejects.toThrow("401");
  await expect(watch(live.url, "//?x=%")).rejects.toThrow("404");
  const watcher = await watch(live.url, "/ws?%zz", { Authorization: "Bearer secret" });
  await live.publish(1);
  await watcher.reached(1);

  const socket = connect({ port: live.port, host: "127.0.0.1", allowHalfOpen: true });
  socket.write(
    "GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
  );
  let answer = "";
  socket.on("data", (chunk) => {
    answer += chunk;
  });
  await new Promise((resolve) => socket.once("end", resolve));
  expect(answer).toMatch(/^HTTP\/1\.1 401 Unauthorized\r\n[\s\S]*"detail":"send the token"\}\n$/);
  // The other side is not waited for.
  await until("no connection but that of the watcher", async () => (await openConnections(live.server)) === 1);
  socket.destroy();
});

test("a request that offers HTTP/2, as Java's do, is answered as any other", async () => {
  const live = await startLive();
  const socket = connect(live.port, "127.0.0.1");
  socket.write(
    "GET /api/cato/events/subscribers HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n\r\n",
  );
  let answer = "";
  socket.on("data", (chunk) => {
    answer += chunk;
  });
  expect(await until("an answer", () => answer.match(/^HTTP\/1\.1 (\d+)/)?.[1])).toBe("200");
  socket.destroy();
});

test("whoever says thousands of things at once is answered bit by bit: everybody else has turns in between", async () => {
  const live = await startLive();
  let answers: { readonly mock: { readonly calls: readonly unknown[] } } | undefined;
  live.server.on("upgrade", (_request, stream) => {
    answers = vi.spyOn(stream, "write");
  });
  const chatty = await watch(live.url);
  let mostInATurn = 0;
  let before = answers?.mock.calls.length ?? 0;
  const turn = () => {
    const now = answers?.mock.calls.length ?? 0;
    mostInATurn = Math.max(mostInATurn, now - before);
    before = now;
    turning = setImmediate(turn);
  };
  let turning = setImmediate(turn);
  for (let count = 0; count < 4_000; count += 1) chatty.say({ subscribe: { types: ["task_failed"] } });
  await chatty.told("subscribed", 4_000);
  clearImmediate(turning);
  expect(before).toBeGreaterThan(3_900);
  expect(mostInATurn).toBeLessThan(50);
});

test("the end of the stream sends what is left and tells everybody goodbye", async () => {
  const live = await startLive();
  const watcher = await watch(live.url);
  const { seq = 0 } = (await live.publish(50)).at(-1) ?? {};
  await live.stop();
  expect(await watcher.closed).toEqual({ code: 1001, reason: "the hub is going away" });
  expect(watcher.seqs.at(-1)).toBe(seq);
  expect(live.told.watched).toBe(0);
});

test("whoever watches is listed, with what waits and what was lost", async () => {
  const live = await startLive({ capacity: 7 });
  const watcher = await watch(live.url, "/ws?batch=1");
  watcher.say({ subscribe: { agents: ["agent-0"] } });
  await watcher.told("subscribed");
  await live.publish(3);
  await watcher.reached(1);
  const response = await fetch(`${live.url}/api/cato/events/subscribers`);
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(await response.json()).toEqual({
    success: true,
    subscriber_count: 1,
    subscribers: [
      {
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        kind: "websocket-batch",
        filter: { agents: ["agent-0"] },
        state: "live",
        depth: 0,
        capacity: 7,
        dropped: 0,
        delivered: 1,
        age_seconds: expect.any(Number),
      },
    ],
  });
});

function openConnections(server: Server): Promise<number> {
  return new Promise((resolve) => server.getConnections((_error, count) => resolve(count)));
}
