import { OWN_METRIC_PREFIX } from "./definitions.ts";
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

/** Puts our metrics into a registry, all or none. Throws where a name is taken, saying what moves ours. */
export function register(
  registry: MetricRegistry,
  metrics: readonly { readonly name: string; get(): Promise<ClientMetric> }[],
): void {
  const taken = metrics.find(({ name }) => registry.getSingleMetric(name) !== undefined)?.name;
  if (taken !== undefined) {
    // The prefix moves the fleet's metrics only.
    const otherwise = taken.startsWith(OWN_METRIC_PREFIX) ? "" : " or another metricPrefix";
    throw new TypeError(`registry: it already has a metric called ${taken}; give Crowsnest a registry of its own${otherwise}`);
  }
  // Both libraries declare the parameter as a union of their own classes, but call nothing on it except get and reset.
  for (const metric of metrics) registry.registerMetric(metric as never);
}

/**
 * The name that a metric was registered under. The client libraries' OpenMetrics renderer takes the suffix off a counter for good,
 * but the registry still finds it by its full name.
 */
export function registeredName(registry: MetricRegistry, metric: RegisteredMetric, name: string): string {
  const full = `${name}_total`;
  return registry.getSingleMetric(name) !== metric && registry.getSingleMetric(full) === metric ? full : name;
}
