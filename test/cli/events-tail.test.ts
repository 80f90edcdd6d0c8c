import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { type WebSocket as ServerSocket, WebSocketServer } from "ws";
import { readSince } from "../../src/cli/events-tail.ts";
import type { FilterInput } from "../../src/server/live/filter.ts";
import { complete } from "../helpers/events.ts";
import { startTestHub } from "../support/hub.ts";
import { watch } from "../support/live-clients.ts";
import { startLive, type TestLive } from "../support/live-server.ts";
import { inRepository, runNode } from "../support/processes.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { until } from "../support/until.ts";

const PROGRAM = `import(${JSON.stringify(inRepository("src/cli/main.ts"))}).then(({ run }) => run(process.argv.slice(1)))`;

function tail(url: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}) {
  // The only services that there are, so that the hub's list of watchers shows when it was told so.
  const services = args.includes("--services") ? [] : ["--services", "shop"];
  return runNode(["--eval", PROGRAM, "--", "events", "tail", "--hub", url, ...services, ...args], { env });
}

type Tail = ReturnType<typeof tail>;

function seqsOf({ output }: Tail): number[] {
  return output.stdout.split("\n").flatMap((line) => (line === "" ? [] : (JSON.parse(line) as { seq: number }).seq));
}

/** Waits until the hub has heard what tail wants: what comes before is not printed. */
async function watched(live: TestLive): Promise<void> {
  await until("tail to have said what it wants", async () => {
    const answer = await (await fetch(`${live.url}/api/cato/events/subscribers`)).json();
    const { subscribers } = answer as { subscribers: { filter: FilterInput }[] };
    return subscribers[0]?.filter.services !== undefined;
  });
}

async function all(program: Tail, live: TestLive): Promise<void> {
  const last = live.log.at(-1)?.seq;
  await until(`event ${last}`, () => program.output.stdout.includes(`"seq":${last},`));
}

test("tail prints a line an event, as the console does, and ends on Ctrl-C", async () => {
  const live = await startLive();
  const program = tail(live.url);
  await watched(live);
  await live.publish([
    complete({
      type: "handoff_completed",
      agent: "scribe",
      data: { fromAgent: "scribe", toAgent: "critic", outcome: "success", durationSeconds: 1.25 },
    }),
    complete({ type: "task_completed", agent: "scribe", taskId: "T-1", data: { taskType: "write", durationSeconds: 2 } }),
  ]);
  await program.saw("T-1");
  expect(program.output.stdout).toMatch(
    /^\d\d:\d\d:\d\d\.000 handoff_completed {4}scribe → critic {2}success · 1\.3 s\n\d\d:\d\d:\d\d\.000 task_completed {7}scribe {2}T-1 · write · 2\.0 s\n$/,
  );
  program.child.kill("SIGINT");
  expect(await program.ended).toEqual({ code: 0, signal: null });
  expect(program.output.stderr).toBe("");
});

test("flags filter, and --since begins earlier", async () => {
  const live = await startLive();
  await live.publish([
    complete({ type: "agent_started", agent: "scribe", timeUnixMillis: Date.now() - 3_600_000, data: {} }),
    complete({ type: "agent_started", agent: "critic", timeUnixMillis: Date.now() - 60_000, data: {} }),
    complete({ type: "task_assigned", agent: "scribe", taskId: "T", timeUnixMillis: Date.now(), data: { taskType: "x" } }),
    complete({ type: "error_raised", agent: "scribe", timeUnixMillis: Date.now(), data: { errorType: "x" } }),
  ]);
  const cases: [string[], number[]][] = [
    [
      ["--since", "10m"],
      [2, 3, 4],
    ],
    [
      ["--since", "2h", "--agents", "scribe", "--types", "agent_started,task_assignment"],
      [1, 3],
    ],
    [
      ["--since", "2020-01-01", "--types", "agent_started", "--types", "error_raised", "--agents", "scribe"],
      [1, 4],
    ],
    [["--since", "1d", "--severity", "warning", "--services", "shop,billing"], [4]],
  ];
  for (const [args, seqs] of cases) {
    const program = tail(live.url, ["--json", ...args]);
    await until(`${args}`, () => seqsOf(program).includes(seqs.at(-1) as number));
    expect(seqsOf(program)).toEqual(seqs);
    program.child.kill("SIGTERM");
    expect((await program.ended).code).toBe(0);
  }
});

test("when the hub goes and comes again on the same port, tail says so, and has every event once", async () => {
  const data = await tempFolder();
  let live = await startLive({ data });
  const program = tail(live.url, ["--json"]);
  await watched(live);
  await live.publish(300);
  await until("event 300", () => program.output.stdout.includes('"seq":300,'));
  await live.stop();
  await until("a sentence", () => program.output.stderr.includes("is lost"));

  live = await startLive({ data, port: live.port });
  await live.publish(700);
  await until("event 1000", () => program.output.stdout.includes('"seq":1000,'));
  await live.publish(50);
  await until("event 1050", () => program.output.stdout.includes('"seq":1050,'));
  expect(seqsOf(program)).toEqual(Array.from({ length: 1_050 }, (_, index) => index + 1));
  expect(program.output.stderr).toBe(
    `crowsnest: the connection to ${live.url} is lost (the hub is going away); trying again\n` +
      "crowsnest: connected again; going on after event 300\n",
  );
});

test("where as many watch as there may be, tail says so and waits for room", async () => {
  const live = await startLive({ maxWatchers: 1 });
  const other = await watch(live.url);
  const program = tail(live.url, ["--json"]);
  await until("a sentence", () => program.output.stderr.includes("trying again\n"));
  other.socket.close();
  await watched(live);
  await until("to go on", () => program.output.stderr.includes("going on"));
  await live.publish(2);
  await all(program, live);
  expect(seqsOf(program)).toEqual([1, 2]);
  expect(program.output.stderr).toBe(
    `crowsnest: ${live.url} answers 503: 1 watch the live stream already, which is the most; maxWatchers ` +
      "(CROWSNEST_MAX_WATCHERS) lets in more; trying again\ncrowsnest: connected; going on after event 0\n",
  );
});

test("tail comes no sooner than it was asked to, and says what is in its way when that changes", async () => {
  const attempts: number[] = [];
  const sockets = new WebSocketServer({ noServer: true });
  const server = createServer().on("upgrade", (request, stream, head) => {
    attempts.push(performance.now());
    if (attempts.length === 4)
      return sockets.handleUpgrade(request, stream, head, (socket) => sockets.emit("connection", socket));
    const how = attempts.length === 3 ? "502 Bad Gateway\r\n" : "503 Service Unavailable\r\nRetry-After: 1\r\n";
    stream.end(`HTTP/1.1 ${how}Connection: close\r\n\r\nnot now`);
  });
  sockets.on("connection", (socket) => socket.on("message", () => socket.send('{"subscribed":{},"seq":7}')));
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const program = tail(url);
  await until("to go on", () => program.output.stderr.includes("going on"));
  const [first = 0, second = 0, third = 0] = attempts;
  expect(Math.min(second - first, third - second)).toBeGreaterThan(1_000);
  expect(program.output.stderr).toBe(
    `crowsnest: ${url} answers 503: not now; trying again\n` +
      `crowsnest: the connection to ${url} is lost (${url} answers 502: not now); trying again\n` +
      "crowsnest: connected; going on after event 7\n",
  );
});

test("a hub with another log is told, and its new events are printed", async () => {
  let live = await startLive();
  const program = tail(live.url, ["--json"]);
  await watched(live);
  await live.publish(50);
  await all(program, live);
  await live.stop();
  live = await startLive({ port: live.port });
  await watched(live);
  await until("a sentence", () => program.output.stderr.includes("has another log now"));
  await live.publish(2);
  await until("52 lines", () => seqsOf(program).length === 52);
  expect(seqsOf(program).slice(-3)).toEqual([50, 1, 2]);
});

test("a terminal that stops reading loses nothing: what was dropped meanwhile is fetched", async () => {
  const live = await startLive({ capacity: 20 });
  const program = tail(live.url, ["--json"]);
  await watched(live);
  program.child.stdout?.pause();
  const attributes = Object.fromEntries(Array.from({ length: 5 }, (_, index) => [`text${index}`, "x".repeat(4_000)]));
  while (live.told.dropped < 100) {
    await live.publish(Array.from({ length: 20 }, () => complete({ type: "agent_heartbeat", agent: "a", attributes, data: {} })));
  }
  program.child.stdout?.resume();
  await live.publish(1);
  await all(program, live);
  expect(seqsOf(program)).toEqual(live.log.map(({ seq }) => seq));
});

test("drops that are told while it waits to go on where it was make nothing come twice", async () => {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  onTestFinished(() => void server.close());
  server.on("connection", (socket) => {
    const say = (message: object) => socket.send(JSON.stringify(message));
    const event = (seq: number) => say({ event_type: "agent_heartbeat", timestamp: 1, payload: {}, seq, service: "shop" });
    socket.on("message", (data) => {
      const { resumeFrom } = JSON.parse(String(data)) as { resumeFrom?: number };
      if (resumeFrom === undefined) {
        say({ subscribed: {}, seq: 0 });
        event(1);
        say({ dropped: 3 });
        event(5);
        // The wish to go on after event 1 is still on its way when more is dropped.
        say({ dropped: 2 });
        event(8);
        return;
      }
      say({ resumed: resumeFrom });
      for (let seq = resumeFrom + 1; seq <= 9; seq += 1) event(seq);
    });
  });
  await once(server, "listening");
  const program = tail(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, ["--json"]);
  await program.saw(/"seq":9,/);
  await sleep(200);
  expect(seqsOf(program)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(program.output.stderr).toBe("");
});

test("tail ends when nobody reads any more, as with head", async () => {
  const live = await startLive();
  await live.publish(10);
  const program = tail(live.url, ["--since", "2020-01-01"]);
  await program.saw("agent_heartbeat");
  program.child.stdout?.destroy();
  await until("the end", async () => {
    await live.publish(1);
    return program.child.exitCode === null ? undefined : true;
  });
  expect(program.child.exitCode).toBe(0);
  expect(program.output.stderr).toBe("");
});

test("a token is sent, from its flag or its variable; a hub that refuses is told in one sentence", async () => {
  const { hub } = await startTestHub({ token: "secret", wsPort: "off" });
  const refused = tail(hub.url);
  expect((await refused.ended).code).toBe(1);
  expect(refused.output.stderr).toBe(
    `crowsnest: ${hub.url} wants a token, or another one than it was sent: see CROWSNEST_TOKEN\n`,
  );

  const [byFlag, byVariable] = [
    tail(`${hub.url}/`, ["--token", "secret", "--json"]),
    tail(hub.url, ["--json"], { CROWSNEST_TOKEN: "secret" }),
  ];
  for (const program of [byFlag, byVariable]) {
    await until("an event", async () => {
      await hub.accept([complete({ type: "agent_started", agent: "a", data: {} })]);
      return program.output.stdout.includes("agent_started");
    });
  }
});

test.each([
  [
    ["--hub", "http://127.0.0.1:1"],
    /^crowsnest: there is no hub to be reached at http:\/\/127\.0\.0\.1:1 \(.*ECONNREFUSED.*\)\n$/,
  ],
  [
    ["--hub", "ftp://x"],
    /^crowsnest: --hub takes the address of a hub without a password in it, such as http:\/\/127\.0\.0\.1:9464\n$/,
  ],
  [
    ["--types", "nothing"],
    /^crowsnest: --types names "nothing", which is no event type; docs\/reference\/events.md lists them\n$/,
  ],
  [["--severity", "bad"], /^crowsnest: --severity has to be one of info, warning, error, critical\n$/],
  [
    ["--since", "soon"],
    /^crowsnest: --since takes how long ago, such as 10m, or a moment, such as 2026-11-20T12:00:00Z, but is "soon"\n$/,
  ],
])("%j is told in one sentence", async (args, sentence) => {
  const program = tail("http://127.0.0.1:9", args);
  expect((await program.ended).code).toBe(1);
  expect(program.output.stderr).toMatch(sentence);
});

test("why a hub refuses, or what something else says, is told in its own words", async () => {
  const { hub } = await startTestHub();
  const elsewhere = tail(`${hub.url}/elsewhere`);
  await elsewhere.ended;
  expect(elsewhere.output.stderr).toBe(
    `crowsnest: ${hub.url}/elsewhere answers 404: there is no WebSocket at /elsewhere/ws; there is one at /ws\n`,
  );
  const proxy = createServer((_request, response) => response.writeHead(403).end('{"message":"not\\nhere"}'));
  onTestFinished(() => void proxy.close());
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const refused = tail(url);
  await refused.ended;
  expect(refused.output.stderr).toBe(`crowsnest: ${url} answers 403: {"message":"not\\nhere"}\n`);
});

test("since is how long ago, or a moment", () => {
  const now = Date.UTC(2026, 10, 20, 12);
  expect(["90s", "10m", "2h", "7d"].map((text) => (now - readSince(text, now)) / 1_000)).toEqual([90, 600, 7_200, 604_800]);
  expect(readSince("2026-11-20T11:00:00Z", now)).toBe(now - 3_600_000);
  expect(readSince("2026-11-20T12:00:00+01:00", now)).toBe(now - 3_600_000);
});

/** A WebSocket server on a free port that does one thing with whoever connects. */
async function socketServer(greet: (socket: ServerSocket) => void): Promise<string> {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  onTestFinished(() => void server.close());
  server.on("connection", greet);
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("what is no longer kept of what was missed is told", async () => {
  const url = await socketServer((socket) => {
    socket.on("message", () => {
      for (const notice of [{ resumed: 0 }, { pruned: 3 }]) socket.send(JSON.stringify(notice));
      socket.send(JSON.stringify({ event_type: "agent_heartbeat", timestamp: 1, payload: {}, seq: 4, service: "shop" }));
    });
  });
  const program = tail(url, ["--json", "--since", "1d"]);
  await program.saw(/"seq":4,/);
  expect(program.output.stderr).toBe("crowsnest: 3 events in between are older than the hub keeps them, and gone\n");
});

test.each(["hello", "null", "[null]"])("a WebSocket that says %s is no hub, which is told in one sentence", async (text) => {
  const url = await socketServer((socket) => socket.send(text));
  const program = tail(url);
  expect((await program.ended).code).toBe(1);
  expect(program.output.stderr).toBe(
    `crowsnest: what answers at ${url} does not speak as a hub does: is it the right address?\n`,
  );
});

test("an answer that never ends is not read to its end", async () => {
  const endless = createServer((_request, response) => {
    const more = setInterval(() => response.write("x".repeat(10_000)), 5);
    response.writeHead(403).on("close", () => clearInterval(more));
  });
  onTestFinished(() => void endless.close());
  await new Promise<void>((resolve) => endless.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(endless.address() as AddressInfo).port}`;
  const program = tail(url);
  expect((await program.ended).code).toBe(1);
  expect(program.output.stderr).toBe(`crowsnest: ${url} answers 403: ${"x".repeat(500)}\n`);
});
