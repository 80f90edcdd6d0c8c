import { Counter, Gauge } from "./counter.ts";
import {
  DEFAULT_METRIC_PREFIX,
  type LabelsOf,
  type MetricDefinition,
  type MetricKey,
  metricDefinitions,
  metricName,
} from "./definitions.ts";
import type { FamilyContext } from "./family.ts";
import { Histogram } from "./histogram.ts";
import { defaultLabelLimits, type LabelLimits } from "./label-guard.ts";
import { type MetricRegistry, register } from "./registry.ts";

type FamilyFor<K extends MetricKey> = (typeof metricDefinitions)[K]["kind"] extends "counter"
  ? Counter<LabelsOf<K>>
  : (typeof metricDefinitions)[K]["kind"] extends "gauge"
    ? Gauge<LabelsOf<K>>
    : Histogram<LabelsOf<K>>;

/** Every metric of the table by its key, labels checked by the compiler: `metrics.handoffs.inc({ service, … })`. */
export type Metrics = { readonly [K in MetricKey]: FamilyFor<K> };

export interface MetricSetOptions {
  readonly registry: MetricRegistry;
  /** @default "agent" */
  readonly prefix?: string;
  /** Shows Crowsnest's own health only: the fleet is counted elsewhere. @default false */
  readonly ownOnly?: boolean;
  readonly limits?: Partial<LabelLimits>;
}

/** The metrics of the table, made and registered, and what is done with all of them at once. */
export class MetricSet {
  readonly metrics: Metrics;
  readonly registry: MetricRegistry;
  readonly #context: FamilyContext;
  readonly #ownContext: FamilyContext;
  readonly #shown: readonly { readonly fullName: string }[];
  readonly #refreshers = new Set<() => void>();
  #fresh = false;

  constructor(options: MetricSetOptions) {
    this.registry = options.registry;
    this.#context = {
      limits: { ...defaultLabelLimits, ...options.limits },
      refresh: () => this.refresh(),
      overflowed: (metric) => this.metrics.labelOverflows.inc({ metric }),
    };
    // Its own labels come from its own code, few and known: the limits for the fleet's names must not hide them, nor may the counter
    // of overflows overflow itself.
    this.#ownContext = { ...this.#context, limits: defaultLabelLimits };
    const prefix = options.prefix ?? DEFAULT_METRIC_PREFIX;
    const families = (Object.keys(metricDefinitions) as MetricKey[]).map((key) => [key, this.#create(key, prefix)] as const);
    const shown = families.filter(([key]) => options.ownOnly !== true || isOwn(key)).map(([, family]) => family);
    register(this.registry, shown);
    this.#shown = shown;
    this.metrics = Object.fromEntries(families) as unknown as Metrics;
  }

  /** Calls `refresh` before each scrape, for values that are read rather than counted. Returns how to stop that. */
  beforeScrape(refresh: () => void): () => void {
    this.#refreshers.add(refresh);
    return () => this.#refreshers.delete(refresh);
  }

  /** Brings gauges up to date; once per turn, as a client library's registry reads every metric in one. */
  refresh(): void {
    if (this.#fresh) return;
    this.#fresh = true;
    queueMicrotask(() => {
      this.#fresh = false;
    });
    for (const refresh of this.#refreshers) refresh();
  }

  /** Takes every metric out of the registry again. */
  unregister(): void {
    for (const family of this.#shown) this.registry.removeSingleMetric(family.fullName);
  }

  #create(key: MetricKey, prefix: string) {
    const definition: MetricDefinition = metricDefinitions[key];
    const options = {
      name: metricName(key, prefix),
      help: definition.help,
      labelNames: definition.labels,
      context: definition.own === true ? this.#ownContext : this.#context,
    };
    if (definition.kind === "counter") return new Counter(options);
    if (definition.kind === "gauge") return new Gauge(options);
    return new Histogram({ ...options, bounds: definition.buckets ?? [] });
  }
}

function isOwn(key: MetricKey): boolean {
  const definition: MetricDefinition = metricDefinitions[key];
  return definition.own === true;
}
