import { Registry as SuccessorRegistry } from "@prometheus-io/client";
import { type OpenMetricsContentType, Registry } from "prom-client";
import type { EventInput } from "../../src/events/types.ts";
import { FleetState } from "../../src/folds/fleet-state.ts";
import { Exposition } from "../../src/metrics/exposition/exposition.ts";
import type { Format } from "../../src/metrics/exposition/formats.ts";
import { countEvent } from "../../src/metrics/fold.ts";
import { refreshGauges } from "../../src/metrics/gauges.ts";
import { MetricSet, type MetricSetOptions, type Metrics } from "../../src/metrics/metric-set.ts";
import type { MetricRegistry } from "../../src/metrics/registry.ts";
import { complete, NOON } from "./events.ts";

/** A registry of either library: what we need of it, and what a host does with it. */
export interface HostRegistry extends MetricRegistry {
  readonly contentType: string;
  metrics(): Promise<string>;
}

/** The registries that a host may hand in, each made as text and as OpenMetrics. */
export const registries: readonly { readonly library: string; readonly create: () => HostRegistry }[] = [
  { library: "prom-client", create: () => new Registry() },
  {
    library: "prom-client for OpenMetrics",
    create: () => {
      const registry = new Registry<OpenMetricsContentType>();
      registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
      return registry;
    },
  },
  { library: "@prometheus-io/client", create: () => new SuccessorRegistry() },
  {
    library: "@prometheus-io/client for OpenMetrics",
    create: () => new SuccessorRegistry(SuccessorRegistry.OPENMETRICS_CONTENT_TYPE),
  },
];

/** Metrics as Crowsnest puts them together: folded from events, gauges read from the fleet's state, rendered by hand. */
export class TestMetrics {
  readonly registry: MetricRegistry;
  readonly state = new FleetState();
  readonly set: MetricSet;
  readonly exposition: Exposition;
  /** Metrics that a scrape left out, and why. */
  readonly failures: { readonly metric: string; readonly error: unknown }[] = [];
  /** What time it is for gauges, in seconds after noon. */
  nowSeconds = 0;

  constructor(options: Partial<MetricSetOptions> = {}) {
    this.registry = options.registry ?? new Registry();
    this.set = new MetricSet({ ...options, registry: this.registry });
    this.set.beforeScrape(() => refreshGauges(this.metrics, this.state, NOON + this.nowSeconds * 1_000));
    this.exposition = new Exposition(this.set, (metric, error) => {
      this.failures.push({ metric, error });
      this.metrics.scrapeErrors.inc({ metric });
    });
  }

  get metrics(): Metrics {
    return this.set.metrics;
  }

  feed(...inputs: readonly EventInput[]): void {
    for (const input of inputs) {
      const event = complete(input);
      countEvent(this.metrics, event, this.state.apply(event));
    }
  }

  async page(format: Format = "text"): Promise<string> {
    return Buffer.concat(await this.exposition.render(format)).toString();
  }

  async samples(): Promise<Map<string, number>> {
    return samplesOf(await this.page());
  }
}

/** Samples by name and labels, as the page has them. */
export function samplesOf(page: string): Map<string, number> {
  const lines = page.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => {
      const [, sample = "", value = ""] = /^(\S+?(?:\{.*?\})?) (\S+)(?: # .*)?$/.exec(line) ?? [];
      return [sample, value === "+Inf" ? Number.POSITIVE_INFINITY : Number(value)] as const;
    }),
  );
}
