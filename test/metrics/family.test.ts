import { describe, expect, it } from "vitest";
import { Counter, Gauge } from "../../src/metrics/counter.ts";
import type { FamilyContext } from "../../src/metrics/family.ts";
import { Histogram } from "../../src/metrics/histogram.ts";
import { defaultLabelLimits, type LabelLimits } from "../../src/metrics/label-guard.ts";
import { collectGarbage } from "../helpers/garbage.ts";

function contextWith(limits: Partial<LabelLimits> = {}) {
  const overflows: string[] = [];
  const context: FamilyContext = {
    limits: { ...defaultLabelLimits, ...limits },
    refresh: () => undefined,
    overflowed: (metric) => overflows.push(metric),
  };
  return { context, overflows };
}

function createCounter(limits: Partial<LabelLimits> = {}) {
  const { context, overflows } = contextWith(limits);
  const counter = new Counter<{ agent: string; tool: string }>({
    name: "calls_total",
    help: "Calls.",
    labelNames: ["agent", "tool"],
    context,
  });
  return { counter, overflows };
}

const linesOf = <S extends { readonly values: readonly string[] }>(family: {
  all(): Iterable<S>;
  render(series: S, openMetrics: boolean, lines: string[]): void;
}): string[] => {
  const lines: string[] = [];
  for (const series of family.all()) family.render(series, false, lines);
  return lines.map((line) => line.trimEnd());
};

describe("Counter", () => {
  it("adds up by label combination", () => {
    const { counter } = createCounter();
    counter.inc({ agent: "scribe", tool: "edit" });
    counter.inc({ agent: "scribe", tool: "edit" }, 2.5);
    counter.inc({ agent: "critic", tool: "edit" });
    expect(linesOf(counter)).toEqual([
      'calls_total{agent="scribe",tool="edit"} 3.5',
      'calls_total{agent="critic",tool="edit"} 1',
    ]);
  });

  it("shows 0 where it was added", () => {
    const { counter } = createCounter();
    counter.inc({ agent: "scribe", tool: "edit" }, 0);
    expect(counter.read({ agent: "scribe", tool: "edit" })).toBe(0);
    expect(counter.read({ agent: "critic", tool: "edit" })).toBeUndefined();
  });

  it("never goes down, and does not become something else than a number", () => {
    const { counter } = createCounter();
    const labels = { agent: "scribe", tool: "edit" };
    for (const by of [1, -1, Number.NaN, Number.NEGATIVE_INFINITY]) counter.inc(labels, by);
    expect(counter.read(labels)).toBe(1);
  });

  it("says unknown where a label is missing, and ignores labels that it does not have", () => {
    const { counter } = createCounter();
    counter.inc({ agent: "scribe", outcome: "success" } as never);
    expect(linesOf(counter)).toEqual(['calls_total{agent="scribe",tool="unknown"} 1']);
  });

  it("does not mix up combinations whose values look alike when they are put together", () => {
    const { counter } = createCounter();
    const separators = ["\u0000", ",", '"', "|", " ", "\u0001"];
    for (const separator of separators) {
      counter.inc({ agent: `a${separator}b`, tool: "c" });
      counter.inc({ agent: "a", tool: `b${separator}c` });
    }
    expect(counter.size).toBe(separators.length * 2);
  });

  it("takes names that objects have of themselves", () => {
    const { counter } = createCounter();
    counter.inc({ agent: "__proto__", tool: "constructor" });
    counter.inc({ agent: "toString", tool: "" });
    expect(linesOf(counter)).toEqual([
      'calls_total{agent="__proto__",tool="constructor"} 1',
      'calls_total{agent="toString",tool=""} 1',
    ]);
  });
});

describe("Gauge", () => {
  it("is set, goes up and down, and is zeroed as a whole", () => {
    const gauge = new Gauge<{ agent: string }>({
      name: "open",
      help: "Open.",
      labelNames: ["agent"],
      context: contextWith().context,
    });
    gauge.set({ agent: "scribe" }, 5);
    gauge.add({ agent: "scribe" }, -2);
    gauge.add({ agent: "critic" }, 1);
    expect(linesOf(gauge)).toEqual(['open{agent="scribe"} 3', 'open{agent="critic"} 1']);
    gauge.zero();
    expect(linesOf(gauge)).toEqual(['open{agent="scribe"} 0', 'open{agent="critic"} 0']);
    gauge.reset();
    expect(linesOf(gauge)).toEqual([]);
    gauge.set({ agent: "scribe" }, 1);
    expect(linesOf(gauge)).toEqual(['open{agent="scribe"} 1']);
  });
});

describe("Histogram", () => {
  const createHistogram = () =>
    new Histogram<{ agent: string }>({
      name: "wait_seconds",
      help: "Wait.",
      labelNames: ["agent"],
      bounds: [0.1, 1, 10],
      context: contextWith().context,
    });

  it("counts each value in every bucket that holds it: a bound is in its own bucket", () => {
    const histogram = createHistogram();
    for (const value of [0, 0.1, 0.5, 1, 10, 11]) histogram.observe({ agent: "scribe" }, value);
    expect(linesOf(histogram)).toEqual([
      'wait_seconds_bucket{agent="scribe",le="0.1"} 2',
      'wait_seconds_bucket{agent="scribe",le="1.0"} 4',
      'wait_seconds_bucket{agent="scribe",le="10.0"} 5',
      'wait_seconds_bucket{agent="scribe",le="+Inf"} 6',
      'wait_seconds_sum{agent="scribe"} 22.6',
      'wait_seconds_count{agent="scribe"} 6',
    ]);
  });

  it("ignores what is no number", () => {
    const histogram = createHistogram();
    histogram.observe({ agent: "scribe" }, Number.NaN);
    expect(histogram.size).toBe(0);
  });

  it("remembers the latest span of each bucket, and shows it in OpenMetrics only", () => {
    const histogram = createHistogram();
    const span = (digit: string) => ({ traceId: digit.repeat(32), spanId: digit.repeat(16) });
    histogram.observe({ agent: "scribe" }, 0.05, span("1"));
    histogram.observe({ agent: "scribe" }, 0.06, span("2"));
    histogram.observe({ agent: "scribe" }, 0.07, { traceId: undefined, spanId: undefined });
    histogram.observe({ agent: "scribe" }, 99, span("3"));
    const lines: string[] = [];
    for (const series of histogram.all()) histogram.render(series, true, lines);
    expect(lines[0]).toMatch(
      new RegExp(`le="0.1"} 3 # {trace_id="${"2".repeat(32)}",span_id="${"2".repeat(16)}"} 0.06 [0-9.]+\n$`),
    );
    expect(lines[1]).not.toContain("#");
    expect(lines[3]).toContain(`trace_id="${"3".repeat(32)}"`);
    expect(linesOf(histogram).join("\n")).not.toContain("#");
  });

  it("dates an exemplar with the time at which it was counted, in seconds", () => {
    const histogram = createHistogram();
    histogram.observe({ agent: "scribe" }, 0.05, { traceId: "1".repeat(32), spanId: "1".repeat(16) });
    const lines: string[] = [];
    for (const series of histogram.all()) histogram.render(series, true, lines);
    const seconds = Number(lines[0]?.trim().split(" ").at(-1));
    expect(Math.abs(seconds - Date.now() / 1_000)).toBeLessThan(5);
  });

  it("keeps within the length that OpenMetrics allows for an exemplar's labels", () => {
    expect(`trace_id${"0".repeat(32)}span_id${"0".repeat(16)}`.length).toBeLessThanOrEqual(128);
  });
});

describe("the cap on labels", () => {
  it("lets 200 values of a label in, and counts the rest as other", () => {
    const { counter, overflows } = createCounter();
    for (let index = 0; index < 250; index += 1) counter.inc({ agent: `agent-${index}`, tool: "edit" });
    expect(counter.size).toBe(201);
    expect(counter.read({ agent: "agent-199", tool: "edit" })).toBe(1);
    expect(counter.read({ agent: "agent-200", tool: "edit" })).toBeUndefined();
    expect(counter.read({ agent: "other", tool: "edit" })).toBe(50);
    expect(overflows).toEqual(Array.from({ length: 50 }, () => "calls_total"));
  });

  it("keeps the labels that fit", () => {
    const { counter } = createCounter({ maxLabelValues: 1 });
    counter.inc({ agent: "scribe", tool: "edit" });
    counter.inc({ agent: "critic", tool: "edit" });
    counter.inc({ agent: "scribe", tool: "run" });
    expect(linesOf(counter)).toEqual([
      'calls_total{agent="scribe",tool="edit"} 1',
      'calls_total{agent="other",tool="edit"} 1',
      'calls_total{agent="scribe",tool="other"} 1',
    ]);
  });

  it("goes on counting what it let in before, without telling an overflow", () => {
    const { counter, overflows } = createCounter({ maxLabelValues: 1 });
    for (const agent of ["scribe", "critic", "scribe"]) counter.inc({ agent, tool: "edit" });
    expect(counter.read({ agent: "scribe", tool: "edit" })).toBe(2);
    expect(overflows).toHaveLength(1);
  });

  it("caps combinations too: beyond, every label is other", () => {
    const { counter, overflows } = createCounter({ maxSeriesPerMetric: 10 });
    for (let agent = 0; agent < 5; agent += 1) {
      for (let tool = 0; tool < 5; tool += 1) counter.inc({ agent: `agent-${agent}`, tool: `tool-${tool}` });
    }
    expect(counter.size).toBe(11);
    expect(counter.read({ agent: "other", tool: "other" })).toBe(15);
    expect(overflows).toHaveLength(15);
  });

  it("loses no count: the sum over all series is what was added", () => {
    const { counter } = createCounter({ maxLabelValues: 7, maxSeriesPerMetric: 20 });
    for (let index = 0; index < 1_000; index += 1) counter.inc({ agent: `agent-${index % 13}`, tool: `tool-${index % 17}` });
    expect([...counter.all()].reduce((sum, { value }) => sum + value, 0)).toBe(1_000);
    expect(counter.size).toBeLessThanOrEqual(21);
  });

  it("does not hold on to names beyond it: memory stays where it is after 100,000 of them", () => {
    const { counter } = createCounter();
    const histogram = new Histogram<{ agent: string }>({
      name: "wait_seconds",
      help: "Wait.",
      labelNames: ["agent"],
      bounds: [1],
      context: contextWith().context,
    });
    const feed = (from: number, to: number) => {
      for (let index = from; index < to; index += 1) {
        const agent = `agent with a name of some length, number ${index}`;
        counter.inc({ agent, tool: `tool-${index}` });
        histogram.observe({ agent }, index);
      }
      collectGarbage();
      return process.memoryUsage().heapUsed;
    };
    const before = feed(0, 1_000);
    const after = feed(1_000, 101_000);
    expect(after - before).toBeLessThan(2_000_000);
    expect(counter.size).toBeLessThanOrEqual(2_001);
    expect(histogram.size).toBe(201);
  });
});
