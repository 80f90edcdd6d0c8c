import type { LabelsOf, MetricKey } from "../metrics/definitions.ts";
import type { HistogramKey, MetricNames, PlainKey } from "./names.ts";

/** Labels that a metric has by the table, and those that Prometheus adds when it scrapes. */
export type LabelOf<K extends MetricKey> = (keyof LabelsOf<K> & string) | "job" | "instance";
/** Conditions on labels, each with its operator: `{ outcome: '!="cancelled"' }`. */
export type Where<K extends MetricKey> = { readonly [L in LabelOf<K>]?: string | undefined };

/** Some series of a counter or gauge. */
export interface Selection<K extends MetricKey> {
  readonly metric: K;
  readonly by: readonly LabelOf<K>[];
  readonly where?: Where<K>;
}

/**
 * Queries over metrics that stand in the table. A metric or a label that is not there does not compile, so a rename breaks the
 * build rather than a panel.
 */
export class Queries {
  readonly names: MetricNames;

  constructor(names: MetricNames) {
    this.names = names;
  }

  /** `agent_tasks_total{outcome="failure"}` */
  series<K extends PlainKey>(metric: K, where: Where<K> = {}): string {
    return `${this.names[metric]}${conditions(where)}`;
  }

  /** Per second, added up over all other labels. */
  rate<K extends PlainKey>({ metric, by, where }: Selection<K>, window: string): string {
    return `${aggregated("sum", by)} (rate(${this.series(metric, where)}[${window}]))`;
  }

  /** Within the window, added up over all other labels. */
  increase<K extends PlainKey>({ metric, by, where }: Selection<K>, window: string): string {
    return `${aggregated("sum", by)} (increase(${this.series(metric, where)}[${window}]))`;
  }

  /**
   * Within the window, and right for what is rare. A counter that did not exist before its first event comes into being at 1, and
   * `increase` sees no step there. Where the target was scraped at the window's beginning and the series was not yet there,
   * all of its value is therefore new.
   */
  increaseOfRare<K extends PlainKey>({ metric, by, where }: Selection<K>, window: string): string {
    const series = this.series(metric, where);
    const isNew = `(${series} unless ${series} offset ${window}) and on (job, instance) (up offset ${window} == 1)`;
    return `${aggregated("sum", by)} (${isNew} or increase(${series}[${window}]))`;
  }

  /** The share of one counter's growth in another's, from 0 to 1; 0 as long as the part has not happened at all. */
  share<K extends PlainKey>({ metric, by, where }: Selection<K>, part: Where<K>, window: string): string {
    const whole = this.rate({ metric, by, ...(where === undefined ? {} : { where }) }, window);
    return `(${this.rate({ metric, by, where: { ...where, ...part } }, window)} or 0 * ${whole}) / ${whole}`;
  }

  /** A quantile of what was observed within the window. */
  quantile<K extends HistogramKey>(quantile: number, { metric, by, where }: Selection<K>, window: string): string {
    const buckets = `${this.names[`${metric}Bucket`]}${conditions(where ?? {})}`;
    return `histogram_quantile(${quantile}, ${aggregated("sum", [...by, "le"])} (rate(${buckets}[${window}])))`;
  }

  /** A gauge, added up over all other labels. */
  total<K extends PlainKey>({ metric, by, where }: Selection<K>): string {
    return `${aggregated("sum", by)} (${this.series(metric, where)})`;
  }

  /** A gauge, the largest of what the other labels tell apart: the same thing told by two processes counts once. */
  largest<K extends PlainKey>({ metric, by, where }: Selection<K>): string {
    return `${aggregated("max", by)} (${this.series(metric, where)})`;
  }
}

/** `sum by (agent)`, and `sum` where nothing is told apart. */
export function aggregated(operation: "sum" | "max", by: readonly string[]): string {
  return by.length === 0 ? operation : `${operation} by (${by.join(", ")})`;
}

/** `{a="1", b!="2"}`, or nothing. */
export function conditions(where: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(where).filter(([, condition]) => condition !== undefined);
  return given.length === 0 ? "" : `{${given.map(([label, condition]) => `${label}${condition}`).join(", ")}}`;
}
