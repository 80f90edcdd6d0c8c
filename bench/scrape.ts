import { monitorEventLoopDelay } from "node:perf_hooks";
import { Histogram, type OpenMetricsContentType, Registry } from "prom-client";
import { Exposition } from "../src/metrics/exposition/exposition.ts";
import { MetricSet } from "../src/metrics/metric-set.ts";
import { absoluteResult, type BenchResult, compare, median, medianResult } from "./measure.ts";

const BUCKETS = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300];
/** Lines that one label combination of the handoff histogram takes: its buckets, +Inf, sum and count. */
const LINES_PER_CHILD = BUCKETS.length + 3;

/** A scrape of 10,000 series against prom-client's own rendering of the same, and the longest stall at 100,000 series. */
export async function benchScrape(): Promise<BenchResult[]> {
  const ours = ourSeries(10_000);
  const theirs = theirSeries(10_000);
  const result = await compare(
    () => timed(async () => void (await ours.render("openmetrics"))),
    () => timed(async () => void Buffer.from(await theirs.metrics())),
    40,
    6,
  );
  return [
    medianResult("scrape of 10,000 series", "µs", result, 1),
    absoluteResult("longest stall while 100,000 series are scraped", "ms", await longestStall(ourSeries(100_000)), 50),
  ];
}

async function timed(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return (performance.now() - startedAt) * 1_000;
}

/** The median of several scrapes' longest stalls: a single one may be another process's. */
async function longestStall(exposition: Exposition): Promise<number> {
  const stalls: number[] = [];
  for (let scrape = 0; scrape < 9; scrape += 1) {
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    await exposition.render(scrape % 2 === 0 ? "openmetrics" : "text");
    await new Promise((resolve) => setTimeout(resolve, 5));
    delay.disable();
    // The first scrape also writes every series' name for the first time, and counts like the others.
    stalls.push(delay.max / 1e6);
  }
  return median(stalls);
}

function ourSeries(lines: number): Exposition {
  const set = new MetricSet({ registry: new Registry(), limits: { maxLabelValues: 100_000, maxSeriesPerMetric: 100_000 } });
  for (let child = 0; child < lines / LINES_PER_CHILD; child += 1) {
    const labels = { service: "bench", from_agent: `agent-${child % 97}`, to_agent: `agent-${child}` };
    set.metrics.handoffDuration.observe(labels, child % 400, exemplarOf(child));
  }
  return new Exposition(set, (_metric, error) => {
    throw error;
  });
}

function theirSeries(lines: number): Registry<OpenMetricsContentType> {
  const registry = new Registry<OpenMetricsContentType>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  const histogram = new Histogram({
    name: "agent_handoff_duration_seconds",
    help: "Time from an agent's offer of work to the receiving agent's answer.",
    labelNames: ["service", "from_agent", "to_agent"] as const,
    buckets: BUCKETS,
    enableExemplars: true,
    registers: [registry],
  });
  for (let child = 0; child < lines / LINES_PER_CHILD; child += 1) {
    const labels = { service: "bench", from_agent: `agent-${child % 97}`, to_agent: `agent-${child}` };
    const { traceId, spanId } = exemplarOf(child);
    histogram.observe({ labels, value: child % 400, exemplarLabels: { trace_id: traceId, span_id: spanId } as object });
  }
  return registry;
}

function exemplarOf(child: number): { traceId: string; spanId: string } {
  const digits = child.toString(16);
  return { traceId: digits.padStart(32, "0"), spanId: digits.padStart(16, "0") };
}
