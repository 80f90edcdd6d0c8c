import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { startTestHub, type TestHub } from "../../support/hub.ts";
import { chatSpan, tracesRequest } from "../../support/otlp-spans.ts";
import { inRepository, runNode } from "../../support/processes.ts";

type Attributes = Readonly<Record<string, string>>;

function attributesOf(attributes: Attributes): object[] {
  return Object.entries(attributes).map(([key, stringValue]) => ({ key, value: { stringValue } }));
}

function request(metrics: readonly unknown[], service = "py"): object {
  return {
    resourceMetrics: [{ resource: { attributes: attributesOf({ "service.name": service }) }, scopeMetrics: [{ metrics }] }],
  };
}

interface Options {
  readonly temporality?: 1 | 2;
  readonly startMillis?: number;
  readonly atMillis?: number;
  readonly attributes?: Attributes;
}

/** A point of a counter of Claude Code's. */
function counter(
  name: string,
  value: unknown,
  { temporality = 1, startMillis = 0, atMillis = Date.now(), attributes = {} }: Options = {},
) {
  const times = { startTimeUnixNano: `${startMillis}000000`, timeUnixNano: `${atMillis}000000` };
  const point = {
    ...times,
    ...(typeof value === "string" ? { asInt: value } : { asDouble: value }),
    attributes: attributesOf(attributes),
  };
  return { name, sum: { aggregationTemporality: temporality, isMonotonic: true, dataPoints: [point] } };
}

/** Tokens that a model's answers took, all since the start. */
function tokens(sum: number, atMillis: number, startMillis: number) {
  const attributes = { "gen_ai.token.type": "input", "gen_ai.system": "openai", "gen_ai.request.model": "gpt-5" };
  const point = {
    startTimeUnixNano: `${startMillis}000000`,
    timeUnixNano: `${atMillis}000000`,
    count: "3",
    sum,
    attributes: attributesOf(attributes),
  };
  return { name: "gen_ai.client.token.usage", histogram: { aggregationTemporality: 2, dataPoints: [point] } };
}

async function send({ hub }: TestHub, body: object, path = "/v1/metrics") {
  const response = await fetch(`${hub.url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return { status: response.status, answer: await response.text() };
}

const good = { status: 200, answer: "{}" };
const spent = 'agent_model_tokens_total{service="py",agent="py",provider="openai",model="gpt-5",token_type="input"}';

describe("POST /v1/metrics", () => {
  test("Claude Code's counters are measurements, once, without who the user is", async () => {
    const hub = await startTestHub();
    const attributes = { "session.id": "s-1", "user.email": "me@example.com", type: "added", model: "m" };
    const body = request([counter("claude_code.lines_of_code.count", "12", { attributes })], "claude-code");
    for (let time = 0; time < 2; time += 1) expect(await send(hub, body)).toEqual(good);
    const { events } = await hub.hub.query({});
    expect(events).toMatchObject([
      {
        type: "measurement_recorded",
        agent: "claude-code",
        sessionId: "s-1",
        attributes: { type: "added", model: "m" },
        data: { name: "claude_code.lines_of_code.count", value: 12, unit: "lines" },
      },
    ]);
    expect(JSON.stringify(events)).not.toContain("example.com");
  });

  test("what is not known, or has no value, is accepted and counted", async () => {
    const hub = await startTestHub();
    const metrics = [
      counter("http.requests", "1"),
      counter("claude_code.commit.count", "NaN"),
      counter("claude_code.commit.count", Number.NaN),
      counter("claude_code.commit.count", 0),
      { name: "claude_code.commit.count", gauge: { dataPoints: [{ asInt: "1", timeUnixNano: "1" }] } },
      { name: "claude_code.commit.count", sum: { aggregationTemporality: 1, dataPoints: [{ asInt: "1", flags: 1 }, null, 7] } },
      { name: "gen_ai.client.token.usage", summary: { dataPoints: [{ count: "1", sum: 2 }] } },
      { name: "gen_ai.client.token.usage", histogram: "x" },
      null,
    ];
    expect(await send(hub, request(metrics))).toEqual(good);
    expect((await hub.hub.query({})).events).toEqual([]);
    expect(await hub.metric('crowsnest_otlp_ignored_total{signal="metrics"}')).toBe(9);
    await send(hub, tracesRequest([chatSpan(), { name: "GET /" }]), "/v1/traces");
    expect(await hub.metric('crowsnest_otlp_ignored_total{signal="traces"}')).toBe(1);
  });

  test("a series of all since its start moves by what came since, also after a restart, a reset and a retry", async () => {
    const before = await startTestHub();
    const start = Date.now();
    const totals = async (hub: TestHub, ...sums: readonly number[]) => {
      for (const sum of sums) {
        await sleep(2);
        expect(await send(hub, request([tokens(sum, Date.now(), start)]))).toEqual(good);
      }
    };
    await totals(before, 100, 150);
    const again = request([tokens(180, Date.now() + 1, start)]);
    for (let time = 0; time < 3; time += 1) await send(before, again);
    expect(await before.metric(spent)).toBe(180);
    await before.hub.close();
    const after = await startTestHub({ data: before.data });
    await sleep(5);
    await totals(after, 200, 200, 30);
    // 20 since the restart, and 30 since it was set back.
    expect(await after.metric(spent)).toBe(50);
  });

  test("several points of a series in one request count once each", async () => {
    const hub = await startTestHub();
    const start = Date.now();
    const metrics = [10, 30, 35].map((sum, place) => tokens(sum, start + place, start));
    await send(hub, request(metrics));
    expect(await hub.metric(spent)).toBe(35);
  });

  test("requests that overtake each other count no more than the latest says", async () => {
    const hub = await startTestHub();
    const start = Date.now();
    const sums = [100, 150, 170, 200];
    const requests = sums.map((sum, place) => request([tokens(sum, start + place * 10, start)]));
    await Promise.all(requests.toReversed().map((body) => send(hub, body)));
    await Promise.all(requests.map((body) => send(hub, body)));
    expect(await hub.metric(spent)).toBe(200);
  });

  test("what a series had counted before the hub was there is not counted", async () => {
    const hub = await startTestHub();
    const old = Date.now() - 60_000;
    await send(hub, request([tokens(1_000, Date.now(), old)]));
    await sleep(2);
    await send(hub, request([tokens(1_010, Date.now(), old)]));
    expect(await hub.metric(spent)).toBe(10);
  });

  test("tokens and costs of a service that tells its model calls are told by those alone", async () => {
    const hub = await startTestHub();
    await send(hub, tracesRequest([chatSpan()]), "/v1/traces");
    await send(hub, request([tokens(120, Date.now(), Date.now())]));
    expect(await hub.metric(spent)).toBeUndefined();
    await send(hub, request([tokens(120, Date.now(), Date.now())], "other"));
    expect(await hub.metric(spent.replace('service="py",agent="py"', 'service="other",agent="other"'))).toBe(120);
  });

  test("also where the calls come a moment later, as a program sends both when it ends", async () => {
    const hub = await startTestHub();
    const metrics = send(hub, request([tokens(120, Date.now(), Date.now())]));
    await send(hub, tracesRequest([chatSpan()]), "/v1/traces");
    expect(await metrics).toEqual(good);
    expect(await hub.metric(spent)).toBeUndefined();
  });

  test("and after a restart", async () => {
    const before = await startTestHub();
    await send(before, tracesRequest([chatSpan()]), "/v1/traces");
    await before.hub.close();
    const after = await startTestHub({ data: before.data });
    await send(after, request([tokens(120, Date.now(), Date.now())]));
    expect(await after.metric(spent)).toBeUndefined();
  });

  test("reported costs are spent from budgets, and are no calls", async () => {
    const hub = await startTestHub();
    const budget = { type: "budget_set", source: "claude-code", data: { kind: "day", limitUsd: 1 } };
    await send(hub, budget, "/v1/events");
    const attributes = { model: "m", "session.id": "s-1", "agent.name": "Explore" };
    await send(hub, request([counter("claude_code.cost.usage", 2.5, { attributes })], "claude-code"));
    await hub.hub.flush();
    expect(await hub.metric('agent_budget_spent_usd{service="claude-code",scope="day"}')).toBe(2.5);
    expect(await hub.metric('crowsnest_events_total{type="budget_exceeded"}')).toBe(1);
    expect(await hub.metric('agent_cost_usd_total{service="claude-code",agent="Explore",model="m"}')).toBe(2.5);
    expect(await hub.metric('crowsnest_events_total{type="model_called"}')).toBeUndefined();
  });

  test("too many points are refused", async () => {
    const hub = await startTestHub();
    const sum = { aggregationTemporality: 1, dataPoints: new Array(50_001).fill({}) };
    expect((await send(hub, request([{ name: "x", sum }]))).status).toBe(413);
  });

  test.each(["grpc", "http/protobuf", "http/json"])("OpenTelemetry's own exporter is understood by %s", async (protocol) => {
    const hub = await startTestHub({ otlpPort: 0, otlpGrpcPort: 0 });
    const program = runNode([inRepository("test/integrations/measurements/metered-agent.ts")], {
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: protocol === "grpc" ? hub.hub.otlpGrpcUrl : hub.hub.otlpUrl,
        OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
        OTEL_METRICS_EXPORTER: "otlp",
        OTEL_TRACES_EXPORTER: "none",
        OTEL_LOGS_EXPORTER: "none",
        OTEL_METRIC_EXPORT_INTERVAL: "500",
        OTEL_METRIC_EXPORT_TIMEOUT: "400",
      },
    });
    expect(await program.ended, program.output.stderr).toMatchObject({ code: 0 });
    const labels = 'service="metered",agent="metered",provider="openai",model="gpt-5"';
    expect(await hub.metric(`agent_model_tokens_total{${labels},token_type="input"}`)).toBe(200);
    expect(await hub.metric(`agent_model_tokens_total{${labels},token_type="output"}`)).toBe(40);
    const measured = (await hub.hub.query({ types: ["measurement_recorded"], order: "oldest-first" })).events;
    const seconds = measured.reduce(
      (sum, { data, attributes }) => sum + (data as { value: number }).value * Number(attributes?.count),
      0,
    );
    expect(seconds).toBeCloseTo(4, 9);
  });
});
