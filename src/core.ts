import { Bus } from "./bus/bus.ts";
import { withinDeadline } from "./bus/deadline.ts";
import { type Log, messageOf, Trouble } from "./bus/trouble.ts";
import { type Config, packageVersion } from "./config.ts";
import type { AgentEvent, StoredEvent } from "./events/types.ts";
import { FleetState } from "./folds/fleet-state.ts";
import { assessHealth, type Component, type Health } from "./health/health.ts";
import { Losses } from "./health/losses.ts";
import type { Observed } from "./health/observed.ts";
import { budgetEvent } from "./instrument/derived.ts";
import type { PriceCall } from "./instrument/instrument.ts";
import { Untold } from "./instrument/untold.ts";
import { WatchedWork } from "./instrument/watched-work.ts";
import { loadPricer } from "./load-prices.ts";
import { Exposition } from "./metrics/exposition/exposition.ts";
import { countEvent } from "./metrics/fold.ts";
import { refreshGauges } from "./metrics/gauges.ts";
import { watchHost } from "./metrics/host.ts";
import { MetricSet, type Metrics } from "./metrics/metric-set.ts";
import type { MetricRegistry } from "./metrics/registry.ts";
import { priceEvent } from "./prices/price-event.ts";
import type { Pricer } from "./prices/pricer.ts";
import { Redactor } from "./redaction/redactor.ts";
import type { Tracing } from "./tracing/tracing.ts";

/** From which share of its capacity on a queue is about to lose events. */
const QUEUE_FULL_RATIO = 0.9;

export interface CoreDependencies {
  readonly registry: MetricRegistry;
  /** @default console.warn */
  readonly log?: Log | undefined;
  /** Where events enter that follow from others; the hub keeps them first. @default straight to the bus */
  readonly submit?: (event: AgentEvent) => void;
}

/**
 * What the embedded mode and the hub both stand on: the bus, the state of the fleet, and metrics folded from the one and read from
 * the other. Events are published here when they count; how they get here is the business of whoever holds the core.
 */
export class Core {
  readonly config: Config;
  readonly bus: Bus;
  readonly state = new FleetState();
  /** What of the work that is open goes on. */
  readonly work = new WatchedWork(this.state.operations);
  readonly metrics: Metrics;
  readonly exposition: Exposition;
  readonly trouble: Trouble;
  readonly startedUnixMillis = Date.now();
  readonly losses: Losses;
  /** Parts that `/health` asks. */
  readonly components: Component[] = [];
  /** Queues beside those of the bus that metrics and health look at. */
  readonly queues: { readonly name: string; readonly depth: number; readonly capacity: number }[] = [];
  readonly version = packageVersion();
  readonly #set: MetricSet;
  readonly #submit: (event: AgentEvent) => void;
  /** Takes secrets out of whatever is kept, sent on or told to people. */
  readonly redactor: Redactor;
  readonly #untold = new Untold();
  #pricer: Pricer | undefined;
  readonly #stops: (() => void)[] = [];

  constructor(config: Config, dependencies: CoreDependencies) {
    this.config = config;
    // A hub takes names from anywhere; the agents of a process itself are called as its own code has it.
    this.redactor = new Redactor({ ...config, names: dependencies.submit !== undefined });
    this.trouble = new Trouble({ log: dependencies.log, redact: this.redactor.text });
    this.#set = new MetricSet({
      registry: dependencies.registry,
      prefix: config.metricPrefix,
      // The hub counts the fleet; a process that counted it as well would have it counted twice.
      ownOnly: config.hub !== undefined,
      limits: { maxLabelValues: config.maxLabelValues, maxSeriesPerMetric: config.maxSeriesPerMetric },
    });
    this.metrics = this.#set.metrics;
    this.losses = new Losses(this.metrics, this.trouble);
    this.bus = new Bus({
      dropped: (queue, reason, count, cause) => this.losses.events(queue, reason, count, cause),
      tapFailed: (tap, error) => {
        this.metrics.tapFailures.inc({ tap });
        this.trouble.tell(`tap ${tap}`, () => `the listener ${tap} failed: ${messageOf(error)}`);
      },
    });
    // What follows from others is told by the hub alone; here it only brings the state up to date.
    const submit = (event: AgentEvent) => (config.hub === undefined ? this.tell(event) : void this.state.apply(event));
    this.#submit = dependencies.submit ?? submit;
    this.exposition = new Exposition(this.#set, (metric, error) => {
      this.metrics.scrapeErrors.inc({ metric });
      this.trouble.tell(`scrape ${metric}`, () => `the metric ${metric} is left out of a scrape: ${messageOf(error)}`);
    });
    this.#set.beforeScrape(() => this.#refresh());
    this.bus.tap("metrics", config.hub === undefined ? (event) => this.#fold(event) : (event) => this.#follow(event));
    this.components.push({ name: "sinks", check: () => this.#checkSinks() });
  }

  /** Starts what runs on its own: figures of the host, and the search for abandoned work. */
  async start(): Promise<void> {
    for (const event of this.#untold.take()) this.#submit(event);
    this.metrics.buildInfo.set({ version: this.version, node_version: process.versions.node }, 1);
    this.metrics.handoffsInProgress.set({ service: this.config.service }, 0);
    this.metrics.liveClients.set({}, 0);
    const sweep = setInterval(() => this.#closeAbandoned(), Math.min(30_000, this.config.abandonAfterSeconds * 250));
    sweep.unref();
    this.#stops.push(() => clearInterval(sweep));
    if (!this.config.hostMetrics) return;
    const failed = (error: unknown) => this.trouble.tell("host", () => `the host's figures cannot be read: ${messageOf(error)}`);
    this.#stops.push(await watchHost(this.metrics, process.cwd(), failed));
  }

  /**
   * From now on, costs that senders leave out are worked out. Where events are sent on to a hub, the hub does that.
   *
   * @throws ConfigError where the prices cannot be read
   */
  async loadPrices(): Promise<void> {
    this.#pricer = await loadPricer(this.config.prices);
  }

  /** What every event goes through before it is kept, counted or sent on. Cheap, and never throws. */
  prepare(event: AgentEvent): AgentEvent {
    const redacted = this.redactor.event(event);
    return this.#pricer === undefined ? redacted : priceEvent(redacted, this.#pricer);
  }

  /** What a model call cost; undefined where that is not known. */
  readonly price: PriceCall = (call, timeUnixMillis) => this.#pricer?.costUsd(call, timeUnixMillis);

  /** Publishes an event of this process that counts at once. */
  tell(event: AgentEvent): void {
    this.bus.publish(this.prepare(event));
  }

  /** Calls `refresh` before each scrape, for values that are read rather than counted. */
  beforeScrape(refresh: () => void): void {
    this.#set.beforeScrape(refresh);
  }

  /** How things are. */
  health(mode: Health["mode"]): Health {
    return assessHealth({
      mode,
      service: this.config.service,
      version: this.version,
      state: this.state,
      components: this.components,
      startedUnixMillis: this.startedUnixMillis,
      losses: this.losses,
    });
  }

  /** What `/metrics` and `/health` answer from. */
  observed(mode: Health["mode"], ready: () => boolean): Observed {
    return {
      exposition: this.exposition,
      health: () => this.health(mode),
      ready,
      scraped: (durationSeconds) => this.metrics.scrapeDuration.observe({}, durationSeconds),
    };
  }

  /** Applies an event that counted before a restart: the state follows, counters stand still. */
  replay(event: StoredEvent): void {
    // As of then: what a clock that is ahead dated into the future happened when it was heard of, and not now once more.
    this.state.apply(event, event.receivedUnixMillis);
    this.#untold.replayed(event, this.state.budgets.takeCrossings());
  }

  /** Gives up the work that runs in this process, and stops what runs on its own. Safe to call twice. */
  stop(): void {
    this.work.abandonAll();
    for (const stop of this.#stops.splice(0)) stop();
  }

  /** Exports what has ended, within the time for closing; never rejects. */
  async closeTracing(tracing: Tracing | undefined): Promise<void> {
    try {
      const inTime = await withinDeadline(tracing?.close() ?? Promise.resolve(), this.config.closeTimeoutSeconds * 1_000);
      if (!inTime) this.losses.spans("deadline", 1, "closing took too long");
    } catch {
      // The exporter's losses were counted where they happened.
    }
  }

  /** Lets go of the registry. */
  unregister(): void {
    this.#set.unregister();
  }

  #fold(event: AgentEvent): void {
    countEvent(this.metrics, event, this.state.apply(event));
    // After the other taps have seen the event that brought it about.
    for (const crossing of this.state.budgets.takeCrossings()) queueMicrotask(() => this.#submit(budgetEvent(crossing, event)));
  }

  /** The hub counts the event; here, budgets and `/health` follow it. */
  #follow(event: AgentEvent): void {
    this.metrics.events.inc({ type: event.type });
    this.state.apply(event);
    this.state.budgets.takeCrossings();
  }

  /** Closes work whose service has been silent for too long, or that was given up. */
  #closeAbandoned(): void {
    const nowMillis = Date.now();
    const sinceMillis = nowMillis - this.config.abandonAfterSeconds * 1_000;
    // Who could not be heard while nobody listened was not silent.
    if (sinceMillis < this.startedUnixMillis) return;
    for (const end of this.work.abandonedEnds(sinceMillis, nowMillis)) this.#submit(end);
  }

  #checkSinks(): ReturnType<Component["check"]> {
    const full = this.bus.queues.find(({ depth, capacity }) => depth > capacity * QUEUE_FULL_RATIO);
    return full === undefined ? { status: "up" } : { status: "degraded", reason: `the queue of ${full.name} is almost full` };
  }

  #refresh(): void {
    if (this.config.hub === undefined) refreshGauges(this.metrics, this.state);
    for (const queue of [...this.bus.queues, ...this.queues]) {
      this.metrics.queueDepth.set({ queue: queue.name }, queue.depth);
      this.metrics.queueCapacity.set({ queue: queue.name }, queue.capacity);
    }
  }
}
