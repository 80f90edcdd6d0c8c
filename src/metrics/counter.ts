import { type ClientSample, Family, type Series } from "./family.ts";
import { formatLabels, formatNumber } from "./format.ts";

interface Value extends Series {
  readonly prefix: string;
  value: number;
}

/** What counters and gauges share: one number and one line per label combination. */
abstract class ValueFamily<Labels extends Readonly<Record<string, string>>> extends Family<Value> {
  /** The current value; undefined where the combination was never touched. */
  read(labels: Labels): number | undefined {
    return this.find(labels)?.value;
  }

  override render(series: Value, _openMetrics: boolean, lines: string[]): void {
    lines.push(`${series.prefix}${formatNumber(series.value)}\n`);
  }

  protected override create(values: readonly string[]): Value {
    const labels = formatLabels(this.labelNames, values);
    return { values, prefix: labels === "" ? `${this.fullName} ` : `${this.fullName}{${labels}} `, value: 0 };
  }

  protected override clientSamples(series: Value): ClientSample[] {
    return [{ labels: this.labelsOf(series), value: series.value }];
  }
}

/** Only grows. */
export class Counter<Labels extends Readonly<Record<string, string>>> extends ValueFamily<Labels> {
  override readonly type = "counter";

  /** Adds; 0 makes the series visible before the first event. What is not a number from 0 on is ignored. */
  inc(labels: Labels, by = 1): void {
    if (!(by >= 0)) return;
    this.child(labels).value += by;
  }
}

/** Goes up and down. */
export class Gauge<Labels extends Readonly<Record<string, string>>> extends ValueFamily<Labels> {
  override readonly type = "gauge";

  set(labels: Labels, value: number): void {
    this.child(labels).value = value;
  }

  add(labels: Labels, by: number): void {
    this.child(labels).value += by;
  }

  /** Sets every series to 0, before those that are not 0 are set anew. */
  zero(): void {
    for (const series of this.all()) series.value = 0;
  }
}
