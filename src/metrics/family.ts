import { LabelGuard, type LabelLimits, UNKNOWN_LABEL } from "./label-guard.ts";

/** What a family needs to know beyond its definition. */
export interface FamilyContext {
  readonly limits: LabelLimits;
  /** Brings gauges up to date before somebody reads them. */
  refresh(): void;
  /** Label values of this metric were replaced because there were too many. */
  overflowed(metric: string): void;
}

export interface FamilyOptions {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
  readonly context: FamilyContext;
}

/** One sample in the shape that both client libraries' registries read. */
export interface ClientSample {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
  readonly metricName?: string;
  readonly exemplar?: { readonly labelSet: Readonly<Record<string, string>>; readonly value: number; readonly timestamp: number };
}

export interface ClientMetric {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly aggregator: "sum";
  readonly values: readonly ClientSample[];
}

/** The values of one label combination. */
export interface Series {
  readonly values: readonly string[];
}

const SEPARATOR = "\u0000";

/**
 * All series of one metric. The client libraries hash and sort labels on each call and copy every label of every series on
 * each scrape; this keeps a child per combination and its rendered name, which makes the hot path a map look-up and lets a
 * scrape be cut into slices. It can stand in a registry of `prom-client` or of `@prometheus-io/client` beside their own.
 */
export abstract class Family<S extends Series> {
  abstract readonly type: ClientMetric["type"];
  readonly aggregator = "sum";
  /** As the client libraries know it: their OpenMetrics renderer assigns to it. Our renderers use `fullName`. */
  name: string;
  readonly fullName: string;
  readonly help: string;
  readonly labelNames: readonly string[];
  protected readonly context: FamilyContext;
  readonly #series = new Map<string, S>();
  #guard: LabelGuard;

  constructor(options: FamilyOptions) {
    this.name = options.name;
    this.fullName = options.name;
    this.help = options.help;
    this.labelNames = options.labelNames;
    this.context = options.context;
    this.#guard = new LabelGuard(options.labelNames.length, options.context.limits);
  }

  get size(): number {
    return this.#series.size;
  }

  all(): IterableIterator<S> {
    return this.#series.values();
  }

  /** Appends one series as exposition lines, each with its line break. */
  abstract render(series: S, openMetrics: boolean, lines: string[]): void;

  protected abstract create(values: readonly string[]): S;
  protected abstract clientSamples(series: S): ClientSample[];

  /** What the client libraries' registries ask for. */
  async get(): Promise<ClientMetric> {
    this.context.refresh();
    const values = [...this.#series.values()].flatMap((series) => this.clientSamples(series));
    return { name: this.name, help: this.help, type: this.type, aggregator: this.aggregator, values };
  }

  reset(): void {
    this.#series.clear();
    this.#guard = new LabelGuard(this.labelNames.length, this.context.limits);
  }

  /** Forgets one label combination; nothing happens where there is none. */
  remove(labels: Readonly<Record<string, string>>): void {
    this.#series.delete(this.#keyOf(labels));
  }

  protected child(labels: Readonly<Record<string, string>>): S {
    const key = this.#keyOf(labels);
    return this.#series.get(key) ?? this.#add(key, labels);
  }

  protected find(labels: Readonly<Record<string, string>>): S | undefined {
    return this.#series.get(this.#keyOf(labels));
  }

  protected labelsOf(series: S): Record<string, string> {
    return Object.fromEntries(this.labelNames.map((name, index) => [name, series.values[index] as string]));
  }

  #keyOf(labels: Readonly<Record<string, string>>): string {
    let key = "";
    for (const name of this.labelNames) key += (labels[name] ?? UNKNOWN_LABEL) + SEPARATOR;
    return key;
  }

  #add(key: string, labels: Readonly<Record<string, string>>): S {
    const wanted = this.labelNames.map((name) => labels[name] ?? UNKNOWN_LABEL);
    const { values, overflowed } = this.#guard.admit(wanted, this.#series.size);
    if (!overflowed) return this.#insert(key, values);
    this.context.overflowed(this.fullName);
    // The key that came is not remembered: the ones that overflow are without number.
    const overflowKey = values.join(SEPARATOR) + SEPARATOR;
    return this.#series.get(overflowKey) ?? this.#insert(overflowKey, values);
  }

  #insert(key: string, values: readonly string[]): S {
    const series = this.create(values);
    this.#series.set(key, series);
    return series;
  }
}
