import type { Exemplar, SpanReference } from "./exemplar.ts";
import { type ClientSample, Family, type FamilyOptions, type Series } from "./family.ts";
import { formatBound, formatLabels, formatNumber } from "./format.ts";

interface Distribution extends Series {
  /** Observations per bucket, not cumulated; the last is +Inf. */
  readonly counts: Float64Array;
  sum: number;
  readonly exemplars: (Exemplar | undefined)[];
  /** The names of the bucket lines, then of `_sum` and `_count`; made at the first scrape. */
  prefixes: readonly string[] | undefined;
}

export class Histogram<Labels extends Readonly<Record<string, string>>> extends Family<Distribution> {
  override readonly type = "histogram";
  readonly #bounds: readonly number[];

  constructor(options: FamilyOptions & { readonly bounds: readonly number[] }) {
    super(options);
    this.#bounds = options.bounds;
  }

  /** Counts one value, and remembers for its bucket which span it came from. What is not a number is ignored. */
  observe(labels: Labels, value: number, span?: SpanReference): void {
    if (Number.isNaN(value)) return;
    const series = this.child(labels);
    const bucket = this.#bucketOf(value);
    (series.counts[bucket] as number) += 1;
    series.sum += value;
    if (span?.traceId !== undefined && span.spanId !== undefined) {
      series.exemplars[bucket] = { traceId: span.traceId, spanId: span.spanId, value, timestampSeconds: Date.now() / 1_000 };
    }
  }

  override render(series: Distribution, openMetrics: boolean, lines: string[]): void {
    series.prefixes ??= this.#prefixesOf(series.values);
    let cumulated = 0;
    for (let bucket = 0; bucket < series.counts.length; bucket += 1) {
      cumulated += series.counts[bucket] as number;
      const exemplar = openMetrics ? series.exemplars[bucket] : undefined;
      lines.push(`${series.prefixes[bucket]}${cumulated}${exemplar === undefined ? "" : formatExemplar(exemplar)}\n`);
    }
    lines.push(`${series.prefixes.at(-2)}${formatNumber(series.sum)}\n`, `${series.prefixes.at(-1)}${cumulated}\n`);
  }

  protected override create(values: readonly string[]): Distribution {
    return { values, counts: new Float64Array(this.#bounds.length + 1), sum: 0, exemplars: [], prefixes: undefined };
  }

  protected override clientSamples(series: Distribution): ClientSample[] {
    const labels = this.labelsOf(series);
    let cumulated = 0;
    const buckets = Array.from(series.counts, (count, bucket): ClientSample => {
      cumulated += count;
      const sample = {
        labels: { le: this.#bounds[bucket] ?? "+Inf", ...labels },
        value: cumulated,
        metricName: `${this.fullName}_bucket`,
      };
      const exemplar = series.exemplars[bucket];
      return exemplar === undefined ? sample : { ...sample, exemplar: clientExemplar(exemplar) };
    });
    return [
      ...buckets,
      { labels, value: series.sum, metricName: `${this.fullName}_sum` },
      { labels, value: cumulated, metricName: `${this.fullName}_count` },
    ];
  }

  #bucketOf(value: number): number {
    // A dozen bounds: walking them is as fast as halving them, and most values are small.
    let bucket = 0;
    while (bucket < this.#bounds.length && value > (this.#bounds[bucket] as number)) bucket += 1;
    return bucket;
  }

  #prefixesOf(values: readonly string[]): readonly string[] {
    const labels = formatLabels(this.labelNames, values);
    const before = labels === "" ? "" : `${labels},`;
    const braces = labels === "" ? "" : `{${labels}}`;
    return [
      ...[...this.#bounds.map(formatBound), "+Inf"].map((bound) => `${this.fullName}_bucket{${before}le="${bound}"} `),
      `${this.fullName}_sum${braces} `,
      `${this.fullName}_count${braces} `,
    ];
  }
}

function formatExemplar({ traceId, spanId, value, timestampSeconds }: Exemplar): string {
  return ` # {trace_id="${traceId}",span_id="${spanId}"} ${formatNumber(value)} ${timestampSeconds.toFixed(3)}`;
}

function clientExemplar({ traceId, spanId, value, timestampSeconds }: Exemplar): NonNullable<ClientSample["exemplar"]> {
  return { labelSet: { trace_id: traceId, span_id: spanId }, value, timestamp: timestampSeconds };
}
