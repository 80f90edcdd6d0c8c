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
  readonly #series = new Set<S>();
  /** A map per label, one inside the other: looking a value up costs no new text, as a key put together of them would. */
  #root: Level<S> = new Map();
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
    this.#root = new Map();
    this.#guard = new LabelGuard(this.labelNames.length, this.context.limits);
  }

  protected child(labels: Readonly<Record<string, string>>): S {
    return this.find(labels) ?? this.#add(this.labelNames.map((name) => labels[name] ?? UNKNOWN_LABEL));
  }

  protected find(labels: Readonly<Record<string, string>>): S | undefined {
    let node: Node<S> | undefined = this.#root;
    for (const name of this.labelNames) node = (node as Level<S> | undefined)?.get(labels[name] ?? UNKNOWN_LABEL);
    // Without labels there is one series, under no name.
    if (this.labelNames.length === 0) node = this.#root.get("");
    return node as S | undefined;
  }

  protected labelsOf(series: S): Record<string, string> {
    return Object.fromEntries(this.labelNames.map((name, index) => [name, series.values[index] as string]));
  }

  #add(wanted: readonly string[]): S {
    const { values, overflowed } = this.#guard.admit(wanted, this.#series.size);
    // The values that came are not remembered: the ones that overflow are without number.
    if (overflowed) this.context.overflowed(this.fullName);
    const path = values.length === 0 ? [""] : values;
    let level = this.#root;
    for (const value of path.slice(0, -1)) level = descend(level, value);
    const last = path[path.length - 1] as string;
    const known = level.get(last) as S | undefined;
    if (known !== undefined) return known;
    const series = this.create(values);
    level.set(last, series);
    this.#series.add(series);
    return series;
  }
}

/** The maps of all labels but the last lead to further maps, those of the last to series. */
type Node<S> = S | Level<S>;
interface Level<S> extends Map<string, Node<S>> {}

function descend<S>(level: Level<S>, value: string): Level<S> {
  const known = level.get(value) as Level<S> | undefined;
  if (known !== undefined) return known;
  const fresh: Level<S> = new Map();
  level.set(value, fresh);
  return fresh;
}
