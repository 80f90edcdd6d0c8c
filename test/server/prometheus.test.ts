import { describe, expect, onTestFinished, test } from "vitest";
import { runFactory } from "../../examples/test-factory/main.ts";
import { withEnvironment } from "../support/environment.ts";
import { startTestHub } from "../support/hub.ts";
import { startOtlpReceiver } from "../support/otlp-receiver.ts";
import { hasPrometheus, startPrometheus } from "../support/prometheus.ts";
import { until } from "../support/until.ts";

describe.skipIf(!hasPrometheus)("a real Prometheus that scrapes the hub while the example team works", () => {
  test("reads back what the team did, with exemplars that lead to exported traces", { timeout: 90_000 }, async () => {
    const receiver = await startOtlpReceiver();
    withEnvironment({
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_BSP_SCHEDULE_DELAY: "200",
    });
    const { hub } = await startTestHub();
    const stop = new AbortController();
    const team = runFactory(hub.attach({ service: "test-factory" }), { seed: 7, paceMillis: 5, signal: stop.signal });
    onTestFinished(async () => {
      stop.abort();
      await team;
    });
    const prometheus = await startPrometheus(hub.url);
    const ask = (expression: string) =>
      until(
        `Prometheus to answer ${expression}`,
        async () => {
          const samples = await prometheus.query(expression);
          return samples.length > 0 ? samples : undefined;
        },
        40_000,
      );

    const pairs = await ask('sum by (from_agent, to_agent) (agent_handoffs_total{service="test-factory"}) > 0');
    expect(pairs.length).toBeGreaterThan(2);
    for (const { metric } of pairs) expect(metric.from_agent).not.toBe(metric.to_agent);

    const decisions = await ask("sum by (decision_type) (agent_decisions_total) > 0");
    expect(decisions.length).toBeGreaterThan(0);

    const outcomes = await ask('sum by (outcome) (agent_tasks_total{outcome=~"success|failure"}) > 0');
    expect(outcomes.length).toBeGreaterThan(0);

    const [p95] = await ask("histogram_quantile(0.95, sum by (le) (rate(agent_handoff_duration_seconds_bucket[30s]))) > 0");
    expect(p95?.value).toBeGreaterThan(0);
    expect(p95?.value).toBeLessThan(60);

    const contexts = await ask("agent_context_tokens > 0");
    expect(contexts.length).toBeGreaterThan(1);

    const exemplar = await until(
      "an exemplar whose trace the receiver has",
      async () => {
        const exemplars = await prometheus.exemplars("agent_handoff_duration_seconds_bucket");
        const traces = new Set(receiver.spans.map(({ traceId }) => traceId));
        return exemplars.find(({ labels }) => traces.has(labels.trace_id ?? ""));
      },
      30_000,
    );
    const span = receiver.spans.find(({ spanId }) => spanId === exemplar.labels.span_id);
    expect(span?.name).toMatch(/^handoff /);

    const [up] = await ask("up");
    expect(up?.value).toBe(1);
  });
});
