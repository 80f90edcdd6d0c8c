import { SpanStatusCode, trace } from "@opentelemetry/api";
import { createCrowsnest } from "crowsnest";
import { Counter, Histogram, type OpenMetricsContentType, Registry } from "prom-client";
import { type BenchResult, compare, meanResult, medianResult, microsPerCall } from "./measure.ts";
import { registerSdk } from "./spans.ts";

const CALLS_PER_ROUND = 2_000;
const ROUNDS = 60;
const WARM_UP_ROUNDS = 10;

/** A handoff by Crowsnest against the same span, counter and histogram with exemplar written by hand. */
export async function benchHotPath(): Promise<BenchResult[]> {
  const unregister = registerSdk();
  const crowsnest = await createCrowsnest({ service: "bench", port: "off", hostMetrics: false, signals: false });
  const byHand = handWritten();
  const answer = async () => "approved";
  const options = { from: "scribe", to: "critic" };
  const result = await compare(
    () => microsPerCall(() => crowsnest.handoff(options, answer), CALLS_PER_ROUND),
    () => microsPerCall(() => byHand(options, answer), CALLS_PER_ROUND),
    ROUNDS,
    WARM_UP_ROUNDS,
  );
  await crowsnest.close();
  await unregister();
  return [medianResult("handoff, median", "µs", result, 1.3), meanResult("handoff, mean", "µs", result, 1.3)];
}

/** What somebody writes who has only OpenTelemetry and prom-client. */
function handWritten() {
  const registry = new Registry<OpenMetricsContentType>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  const registers = [registry];
  const labelNames = ["service", "from_agent", "to_agent", "outcome"] as const;
  const handoffs = new Counter({ name: "hand_handoffs_total", help: "Handoffs.", labelNames, registers });
  const durations = new Histogram({
    name: "hand_handoff_duration_seconds",
    help: "Duration of handoffs.",
    labelNames: ["service", "from_agent", "to_agent"] as const,
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300],
    enableExemplars: true,
    registers,
  });
  const tracer = trace.getTracer("by-hand");
  return <T>({ from, to }: { from: string; to: string }, work: () => Promise<T>): Promise<T> =>
    tracer.startActiveSpan(
      `handoff ${to}`,
      { attributes: { "gen_ai.agent.handoff.source.name": from, "gen_ai.agent.handoff.target.name": to } },
      async (span) => {
        const startedAt = performance.now();
        let outcome = "success";
        try {
          return await work();
        } catch (error) {
          outcome = "failure";
          span.recordException(error as Error);
          span.setStatus({ code: SpanStatusCode.ERROR });
          throw error;
        } finally {
          const { traceId, spanId } = span.spanContext();
          const labels = { service: "bench", from_agent: from, to_agent: to };
          handoffs.inc({ ...labels, outcome });
          durations.observe({
            labels,
            value: (performance.now() - startedAt) / 1_000,
            // The library's types allow only the metric's own labels here, though any are meant.
            exemplarLabels: { trace_id: traceId, span_id: spanId } as object,
          });
          span.end();
        }
      },
    );
}
