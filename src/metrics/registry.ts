import type { ClientMetric } from "./family.ts";

/** A metric as far as we use one that is not ours: the client libraries' own, and whatever the host registered. */
export interface RegisteredMetric {
  get(): Promise<ForeignMetric> | ForeignMetric;
}

/** What `get()` of a client library's metric gives. */
export interface ForeignMetric {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly values: readonly {
    readonly labels?: Readonly<Partial<Record<string, string | number>>>;
    /** Labels that all values of one histogram child share (`@prometheus-io/client` and prom-client ≥ 15 split them off). */
    readonly sharedLabels?: Readonly<Partial<Record<string, string | number>>>;
    readonly value: number;
    readonly metricName?: string;
    readonly exemplar?: {
      readonly labelSet: Readonly<Partial<Record<string, string | number>>>;
      readonly value: number;
      readonly timestamp?: number;
    } | null;
  }[];
}

/**
 * The part of a client library's registry that we use. `Registry` of `prom-client` and of its successor
 * `@prometheus-io/client` both fit, whatever content type they were made with.
 */
export interface MetricRegistry {
  registerMetric(metric: never): void;
  getSingleMetric(name: string): unknown;
  removeSingleMetric(name: string): void;
  getMetricsAsArray(): readonly unknown[];
}

/** Puts one of our metrics into a registry. Throws where the name is taken, saying which option moves ours. */
export function register(registry: MetricRegistry, metric: { readonly name: string; get(): Promise<ClientMetric> }): void {
  if (registry.getSingleMetric(metric.name) !== undefined) {
    throw new TypeError(
      `registry: it already has a metric called ${metric.name}; give Crowsnest a registry of its own or another metricPrefix`,
    );
  }
  // Both libraries declare the parameter as a union of their own classes, but call nothing on it except get and reset.
  registry.registerMetric(metric as never);
}
