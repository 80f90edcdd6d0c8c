import { Counter, Gauge, Histogram, type OpenMetricsContentType, Registry, Summary } from "prom-client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { NOON } from "../../helpers/events.ts";
import { TestMetrics } from "../../helpers/metrics.ts";

const span = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" };

/** The page without the metrics that are not asked for. */
function only(page: string, ...names: readonly string[]): string {
  return page
    .split("\n")
    .filter((line) => line === "# EOF" || names.some((name) => line.replace(/^# (HELP|TYPE) /, "").startsWith(name)))
    .join("\n");
}

describe("exposition", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["Date"], now: NOON + 250 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const fleet = () => {
    const metrics = new TestMetrics();
    const labels = { service: "shop", from_agent: "scribe", to_agent: "critic", outcome: "success" };
    metrics.metrics.handoffs.inc(labels, 3);
    metrics.metrics.handoffDuration.observe(labels, 0.03, span);
    metrics.metrics.handoffDuration.observe(labels, 400);
    metrics.metrics.hostCpu.set({}, 0.25);
    return metrics;
  };

  it("writes text 0.0.4", async () => {
    const page = await fleet().page("text");
    expect(`${page}`).toBe(
      `# HELP agent_handoffs_total Handoffs that ended, by who handed to whom and how it ended.
# TYPE agent_handoffs_total counter
agent_handoffs_total{service="shop",from_agent="scribe",to_agent="critic",outcome="success"} 3
# HELP agent_handoff_duration_seconds Time from an agent's offer of work to the receiving agent's answer.
# TYPE agent_handoff_duration_seconds histogram
agent_handoff_duration_seconds_bucket{service="shop",from_agent="scribe",to_agent="critic",le="0.01"} 0
agent_handoff_duration_seconds_bucket{service="shop",from_agent="scribe",to_agent="critic",le="0.05"} 1
agent_handoff_duration_seconds_bucket{service="shop",from_agent="scribe",to_agent="critic",le="0.1"} 1
agent_handoff_duration_seconds_bucket{service="shop",from_agent="scribe",to_agent="critic",le="0.5"} 1
agent_handoff_duration_seconds_bucket{service="shop",from_agent="scribe",to_agent="critic",le="1.0"} 1
agent_handoff_duration_seconds_bucket{service="shop",from_agent="scribe",to_agent="critic",le="5.0"} 1
agent_handoff_duration_seconds_bucket{service="shop",from_agent="scribe",to_agent="critic",le="10.0"} 1
agent_handoff_duration_seconds_bucket{service="shop",from_agent="scribe",to_agent="critic",le="30.0"} 1
agent_handoff_duration_seconds_bucket{service="shop",from_agent="scribe",to_agent="critic",le="60.0"} 1
agent_handoff_duration_seconds_bucket{service="shop",from_agent="scribe",to_agent="critic",le="300.0"} 1
agent_handoff_duration_seconds_bucket{service="shop",from_agent="scribe",to_agent="critic",le="+Inf"} 2
agent_handoff_duration_seconds_sum{service="shop",from_agent="scribe",to_agent="critic"} 400.03
agent_handoff_duration_seconds_count{service="shop",from_agent="scribe",to_agent="critic"} 2
# HELP crowsnest_host_cpu_ratio Share of the host's processors that is busy, from 0 to 1.
# TYPE crowsnest_host_cpu_ratio gauge
crowsnest_host_cpu_ratio 0.25
`,
    );
  });

  it("writes OpenMetrics 1.0, with exemplars and an end", async () => {
    const page = await fleet().page("openmetrics");
    expect(`${page}`).toBe(
      `# HELP agent_handoffs Handoffs that ended, by who handed to whom and how it ended.
# TYPE agent_handoffs counter
agent_handoffs_total{service="shop",from_agent="scribe",to_agent="critic",outcome="success"} 3
# HELP agent_handoff_duration_seconds Time from an agent's offer of work to the receiving agent's answer.
# TYPE agent_handoff_duration_seconds histogram
agent_handoff_duration_seconds_bucket{service="shop",from_agent="scribe",to_agent="critic",le="0.01"} 0
agent_handoff_duration_seconds_bucket{service="shop",from_agent="scribe",to_agent="critic",le="0.05"} 1 # {trace_id="${span.traceId}",span_id="${span.spanId}"} 0.03 ${NOON / 1_000}.250
agent_handoff_duration_seconds_bucket{service="shop",from_agent="scribe",to_agent="critic",le="0.1"} 1
agent_handoff_duration_seconds_bucket{service="shop",from_agent="scribe",to_agent="critic",le="0.5"} 1
agent_handoff_duration_seconds_bucket{service="shop",from_agent="scribe",to_agent="critic",le="1.0"} 1
agent_handoff_duration_seconds_bucket{service="shop",from_agent="scribe",to_agent="critic",le="5.0"} 1
agent_handoff_duration_seconds_bucket{service="shop",from_agent="scribe",to_agent="critic",le="10.0"} 1
agent_handoff_duration_seconds_bucket{service="shop",from_agent="scribe",to_agent="critic",le="30.0"} 1
agent_handoff_duration_seconds_bucket{service="shop",from_agent="scribe",to_agent="critic",le="60.0"} 1
agent_handoff_duration_seconds_bucket{service="shop",from_agent="scribe",to_agent="critic",le="300.0"} 1
agent_handoff_duration_seconds_bucket{service="shop",from_agent="scribe",to_agent="critic",le="+Inf"} 2
agent_handoff_duration_seconds_sum{service="shop",from_agent="scribe",to_agent="critic"} 400.03
agent_handoff_duration_seconds_count{service="shop",from_agent="scribe",to_agent="critic"} 2
# HELP crowsnest_host_cpu_ratio Share of the host's processors that is busy, from 0 to 1.
# TYPE crowsnest_host_cpu_ratio gauge
crowsnest_host_cpu_ratio 0.25
# EOF
`,
    );
  });

  it("leaves out metrics that have nothing to show", async () => {
    expect(await new TestMetrics().page("text")).toBe("");
    expect(await new TestMetrics().page("openmetrics")).toBe("# EOF\n");
  });

  it("escapes label values: backslash, quote and line break", async () => {
    const { metrics, page } = bound(new TestMetrics());
    metrics.validations.inc({ service: 'C:\\shop\n"no. 1"', outcome: "passed" });
    const line = 'agent_validations_total{service="C:\\\\shop\\n\\"no. 1\\"",outcome="passed"} 1';
    expect(only(await page("text"), "agent_validations").split("\n")[2]).toBe(line);
    expect(only(await page("openmetrics"), "agent_validations").split("\n")[2]).toBe(line);
  });

  it("keeps other characters as they are, in UTF-8", async () => {
    const { metrics, page } = bound(new TestMetrics());
    metrics.validations.inc({ service: "käse 🧀\t{},", outcome: "passed" });
    expect(await page("text")).toContain('agent_validations_total{service="käse 🧀\t{},",outcome="passed"} 1\n');
  });

  it("escapes help: quotes in OpenMetrics only", async () => {
    const registry = new Registry();
    new Gauge({ name: "paths", help: 'A \\ and\na "quote".', registers: [registry] });
    const { page } = bound(new TestMetrics({ registry }));
    expect(await page("text")).toContain('# HELP paths A \\\\ and\\na "quote".\n');
    expect(await page("openmetrics")).toContain('# HELP paths A \\\\ and\\na \\"quote\\".\n');
  });

  it("writes numbers as both formats have them", async () => {
    const { metrics, page } = bound(new TestMetrics());
    const values = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 1e21, 1e-7, -0.5, 123_456_789.25];
    for (const value of values) metrics.queueDepth.set({ queue: `${value}` }, value);
    const written = only(await page("text"), "crowsnest_queue_depth{")
      .replaceAll(/.*\} /g, "")
      .split("\n");
    expect(written).toEqual(["+Inf", "-Inf", "NaN", "1e+21", "1e-7", "-0.5", "123456789.25"]);
  });

  describe("of metrics that are not ours", () => {
    const host = () => {
      const registry = new Registry<OpenMetricsContentType>();
      registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
      const registers = [registry];
      new Counter({ name: "orders_total", help: "Orders.", labelNames: ["kind"], registers }).inc({ kind: "new" }, 2);
      new Counter({ name: "visits", help: "Visits.", registers }).inc(5);
      const paid = new Counter({ name: "paid_total", help: "Paid.", registers, enableExemplars: true });
      paid.inc({ value: 2, exemplarLabels: { trace_id: "abc" } });
      const waits = new Histogram<string>({
        name: "waits",
        help: "Waits.",
        buckets: [0.5, 1],
        labelNames: ["kind"],
        registers,
        enableExemplars: true,
      });
      waits.observe({ labels: { kind: "new" }, value: 0.7, exemplarLabels: { trace_id: "def" } });
      new Summary({ name: "sizes", help: "Sizes.", percentiles: [0.5], registers }).observe(3);
      new Gauge({ name: "empty", help: "Nothing yet.", labelNames: ["kind"], registers });
      return bound(new TestMetrics({ registry }));
    };

    it("writes text 0.0.4: names as they were given, no exemplars", async () => {
      expect(await host().page("text")).toBe(`# HELP orders_total Orders.
# TYPE orders_total counter
orders_total{kind="new"} 2
# HELP visits Visits.
# TYPE visits counter
visits 5
# HELP paid_total Paid.
# TYPE paid_total counter
paid_total 2
# HELP waits Waits.
# TYPE waits histogram
waits_bucket{le="0.5",kind="new"} 0
waits_bucket{le="1",kind="new"} 1
waits_bucket{le="+Inf",kind="new"} 1
waits_sum{kind="new"} 0.7
waits_count{kind="new"} 1
# HELP sizes Sizes.
# TYPE sizes summary
sizes{quantile="0.5"} 3
sizes_sum 3
sizes_count 1
# HELP empty Nothing yet.
# TYPE empty gauge
`);
    });

    it("writes OpenMetrics: counters' families without the suffix, their samples with it, and exemplars", async () => {
      expect(await host().page("openmetrics")).toBe(`# HELP orders Orders.
# TYPE orders counter
orders_total{kind="new"} 2
# HELP visits Visits.
# TYPE visits counter
visits_total 5
# HELP paid Paid.
# TYPE paid counter
paid_total 2 # {trace_id="abc"} 2 ${NOON / 1_000}.25
# HELP waits Waits.
# TYPE waits histogram
waits_bucket{le="0.5",kind="new"} 0
waits_bucket{le="1",kind="new"} 1 # {trace_id="def"} 0.7 ${NOON / 1_000}.25
waits_bucket{le="+Inf",kind="new"} 1
waits_sum{kind="new"} 0.7
waits_count{kind="new"} 1
# HELP sizes Sizes.
# TYPE sizes summary
sizes{quantile="0.5"} 3
sizes_sum 3
sizes_count 1
# HELP empty Nothing yet.
# TYPE empty gauge
# EOF
`);
    });

    it("leaves every name alone, in whatever turns the formats and the library's own renderer are asked for", async () => {
      const { page, registry } = host();
      const before = { text: await page("text"), openmetrics: await page("openmetrics") };
      for (const format of ["openmetrics", "text", "openmetrics", "text"] as const) {
        await (registry as Registry).metrics();
        const [one, other] = await Promise.all([page(format), page(format === "text" ? "openmetrics" : "text")]);
        expect(one).toBe(before[format]);
        expect(other).toBe(before[format === "text" ? "openmetrics" : "text"]);
      }
    });
  });
});

/** The page function, to be called on its own. */
function bound(fleet: TestMetrics) {
  return { metrics: fleet.metrics, registry: fleet.registry, page: (format: "text" | "openmetrics") => fleet.page(format) };
}
