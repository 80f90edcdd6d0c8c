import { Bus } from "./bus/bus.ts";
import { withinDeadline } from "./bus/deadline.ts";
import { type Log, messageOf, Trouble } from "./bus/trouble.ts";
import { type Config, packageVersion } from "./config.ts";
import type { AgentEvent, StoredEvent } from "./events/types.ts";
import { FleetState } from "./folds/fleet-state.ts";
import type { OpenOperation } from "./folds/open-operations.ts";
import { assessHealth, type Component, type Health } from "./health/health.ts";
import type { Observed } from "./health/observed.ts";
import { abandonedEnd, budgetEvent } from "./instrument/derived.ts";
import type { ReportFault } from "./instrument/faults.ts";
import type { PriceCall } from "./instrument/instrument.ts";
import type { RunningWork } from "./instrument/running-work.ts";
import { Untold } from "./instrument/untold.ts";
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
import type { Tracing } from "./tracing/start-tracing.ts";

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
  readonly metrics: Metrics;
  readonly exposition: Exposition;
  readonly trouble: Trouble;
  readonly startedUnixMillis = Date.now();
  /** Events lost since the start, and when last. */
  readonly losses = { count: 0, lastUnixMillis: 0 };
  /** Parts that `/health` asks. */
  readonly components: Component[] = [];
  /**
   * Know better than silence whether work goes on, by the event that began it: true while it does, false once it is given up, undefined
   * where it is not theirs to say.
   */
  readonly judges: ((start: AgentEvent, nowMillis: number) => boolean | undefined)[] = [];
  /** Queues beside those of the bus that metrics and health look at. */
  readonly queues: { readonly name: string; readonly depth: number; readonly capacity: number }[] = [];
  readonly version = packageVersion();
  readonly #set: MetricSet;
  readonly #submit: (event: AgentEvent) => void;
  /** Takes secrets out of whatever is kept, sent on or told to people. */
  readonly redactor: Redactor;
  readonly #running = new Set<RunningWork>();
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
    this.bus = new Bus({
      dropped: (queue, reason, count, cause) => this.lost(queue, reason, count, cause),
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
    const sweep = setInterval(() => this.closeAbandoned(), Math.min(30_000, this.config.abandonAfterSeconds * 250));
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

  /** Counts what the host handed in wrongly, and tells it at most once a minute per reason. */
  readonly reportFault: ReportFault = (reason, describe) => {
    this.metrics.eventsDropped.inc({ queue: "input", reason });
    this.trouble.tell(`input ${reason}`, describe);
  };

  /** Counts events that will not reach where they were going. */
  lost(queue: string, reason: string, count: number, cause?: unknown): void {
    this.metrics.eventsDropped.inc({ queue, reason }, count);
    this.losses.count += count;
    this.losses.lastUnixMillis = Date.now();
    const why = cause === undefined ? "" : `: ${messageOf(cause)}`;
    this.trouble.tell(`lost ${queue} ${reason}`, () => `events for ${queue} are lost (${reason.replaceAll("_", " ")})${why}`);
  }

  /** Counts spans that will not be exported. */
  lostSpans(reason: string, count: number, cause?: unknown): void {
    this.metrics.spansDropped.inc({ reason }, count);
    this.trouble.tell(`spans ${reason}`, () => spanLoss(reason, cause));
  }

  /** Work in here is alive however silent its service is. */
  protect(running: RunningWork): void {
    this.#running.add(running);
  }

  /** Applies an event that counted before a restart: the state follows, counters stand still. */
  replay(event: StoredEvent): void {
    // As of then: what a clock that is ahead dated into the future happened when it was heard of, and not now once more.
    this.state.apply(event, event.receivedUnixMillis);
    this.#untold.replayed(event, this.state.budgets.takeCrossings());
  }

  /** Closes work whose service has been silent for too long and that does not run in this process. */
  closeAbandoned(nowMillis: number = Date.now()): void {
    const sinceMillis = nowMillis - this.config.abandonAfterSeconds * 1_000;
    // Who could not be heard while nobody listened was not silent.
    if (sinceMillis < this.startedUnixMillis) return;
    const ended = [
      ...this.state.operations.silentSince(sinceMillis).filter(({ start }) => this.#goesOn(start, nowMillis) === undefined),
      ...this.#givenUp(nowMillis),
    ];
    if (ended.length === 0) return;
    const alive = new Set([...this.#running].flatMap((running) => running.keys()));
    for (const operation of ended) {
      if (!alive.has(`${operation.kind} ${operation.key}`)) this.#submit(abandonedEnd(operation, nowMillis));
    }
  }

  /** Gives up the work that runs in this process, and stops what runs on its own. Safe to call twice. */
  stop(): void {
    for (const running of this.#running) running.abandonAll();
    for (const stop of this.#stops.splice(0)) stop();
  }

  /** Exports what has ended, within the time for closing; never rejects. */
  async closeTracing(tracing: Tracing | undefined): Promise<void> {
    try {
      const inTime = await withinDeadline(tracing?.close() ?? Promise.resolve(), this.config.closeTimeoutSeconds * 1_000);
      if (!inTime) this.lostSpans("deadline", 1, "closing took too long");
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

  #goesOn(start: AgentEvent, nowMillis: number): boolean | undefined {
    for (const judge of this.judges) {
      const goesOn = judge(start, nowMillis);
      if (goesOn !== undefined) return goesOn;
    }
    return undefined;
  }

  #givenUp(nowMillis: number): OpenOperation[] {
    if (this.judges.length === 0) return [];
    return [...this.state.operations.all()].filter(({ start }) => this.#goesOn(start, nowMillis) === false);
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

function spanLoss(reason: string, cause: unknown): string {
  if (reason === "queue_full")
    return "spans are lost, as more end than can be exported; OTEL_BSP_MAX_QUEUE_SIZE lets more of them wait";
  return `spans are lost, as they cannot be exported (${messageOf(cause)}); OTEL_EXPORTER_OTLP_ENDPOINT says where to, traces: false leaves them out`;
}
