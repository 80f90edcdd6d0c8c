import { Registry } from "prom-client";
import { withinDeadline } from "../bus/deadline.ts";
import type { Log } from "../bus/trouble.ts";
import { type Config, loadConfig } from "../config.ts";
import { Core } from "../core.ts";
import type { AgentEvent } from "../events/types.ts";
import type { Health } from "../health/health.ts";
import { BudgetGuard } from "../instrument/budget-guard.ts";
import { createFace, type Face } from "../instrument/face.ts";
import { Instrument } from "../instrument/instrument.ts";
import { collectNodeMetrics } from "../metrics/node.ts";
import type { ConfigInput } from "../options.ts";
import { openSinks } from "../sinks/open-sinks.ts";
import type { AppendResult, EventQuery, EventStore } from "../store/event-store.ts";
import { openStore, snapshotPathOf } from "../store/open-store.ts";
import { startTracing } from "../tracing/start-tracing.ts";
import type { Tracing } from "../tracing/tracing.ts";
import { createHubApp } from "./app.ts";
import type { HookIntake } from "./claude-code-hook.ts";
import type { EventsIntake } from "./ingest/events-router.ts";
import { OtlpIngest } from "./ingest/otlp-ingest.ts";
import { Translators } from "./ingest/translators.ts";
import { Intake } from "./intake.ts";
import { type HttpListener, listen } from "./listen.ts";
import { Observatory } from "./observatory.ts";
import { hubFolds } from "./snapshot/hub-folds.ts";
import { Snapshots } from "./snapshot/snapshots.ts";

export interface HubOptions extends ConfigInput {
  /** Takes sentences about trouble, at most one a minute per kind. @default console.warn */
  readonly log?: Log;
}

/** Many processes' telemetry in one place. */
export interface Hub {
  readonly url: string;
  /** Where OpenTelemetry's exporters find it, beside `url`; empty where it has no port of its own for them. */
  readonly otlpUrl: string;
  /** The same for those that speak gRPC. */
  readonly otlpGrpcUrl: string;
  /** Where WebSockets watch the live stream, beside `/ws` of `url`; empty where it has no port of its own for them. */
  readonly wsUrl: string;
  /** The thin layer for agents that run in the hub's own process, under a service name of their own. */
  attach(options: { readonly service: string; readonly resources?: boolean }): Face;
  /** Keeps events and then counts the new ones. Resolves when they are durable. */
  accept(events: readonly AgentEvent[]): Promise<AppendResult>;
  /** Reads events back. */
  query(query: EventQuery): ReturnType<EventStore["query"]>;
  health(): Health;
  /** Resolves once everything that was emitted in this process is durable and counted. */
  flush(): Promise<void>;
  /** Keeps what is waiting and lets go of everything. Safe to call twice. */
  close(): Promise<void>;
}

/** Old events go once an hour. */
const PRUNE_MILLIS = 3_600_000;

/**
 * Starts a hub.
 *
 * @throws ConfigError where an option is wrong
 * @throws StoreError where the data folder cannot be used
 * @throws ListenError where the port is taken
 */
export async function startHub(options: HubOptions = {}): Promise<Hub> {
  const { log, ...input } = options;
  return startConfiguredHub(loadConfig({ options: input }), log);
}

/** Starts a hub from options that were put together before. */
export async function startConfiguredHub(config: Config, log?: Log): Promise<Hub> {
  let running: RunningHub | undefined;
  const store = await openStore(config.store ?? config.data, {
    onCommit: ({ durationSeconds }) => running?.committed(durationSeconds),
  });
  running = new RunningHub(config, store, log);
  try {
    await running.start();
  } catch (error) {
    await running.close();
    throw error;
  }
  return running;
}

class RunningHub implements Hub {
  readonly #core: Core;
  readonly #store: EventStore;
  readonly #intake: Intake;
  readonly #registry = new Registry();
  readonly #translators: Translators;
  #tracing: Tracing | undefined;
  #listener: HttpListener | undefined;
  readonly #observatory: Observatory;
  readonly #snapshots: Snapshots;
  #otlp: OtlpIngest | undefined;
  #pruneTimer: NodeJS.Timeout | undefined;
  #ready = false;
  #closing: Promise<void> | undefined;

  constructor(config: Config, store: EventStore, log: Log | undefined) {
    this.#store = store;
    this.#translators = new Translators(config);
    this.#core = new Core(
      { ...config, hub: undefined },
      { registry: this.#registry, log, submit: (event) => this.#intake.offer(event) },
    );
    if (config.hub !== undefined) {
      this.#core.trouble.tell(
        "hub",
        () => "a hub keeps events itself and sends them to no other: hub (CROWSNEST_HUB) has no effect",
      );
    }
    this.#intake = new Intake(store, {
      prepare: (event) => this.#core.prepare(event),
      kept: (result) => this.#publish(result),
      lost: (reason, count, error) => this.#core.losses.events("store", reason, count, error),
      failed: (reason) => this.#core.metrics.storeFailures.inc({ reason }),
    });
    this.#observatory = new Observatory(this.#core, store);
    this.#snapshots = new Snapshots({
      path: snapshotPathOf(config.store ?? config.data),
      store,
      folds: [...hubFolds(this.#core, this.#translators), this.#observatory],
      trouble: (sentence) => this.#core.trouble.tell("snapshot", () => sentence),
    });
    this.#core.components.push({ name: "store", check: () => this.#intake.check() });
    this.#core.queues.push(this.#intake.queue);
    this.#core.work.judges.push((start, nowMillis) => this.#translators.claudeCode.goesOn(start, nowMillis));
  }

  get url(): string {
    return this.#listener?.url ?? "";
  }

  get otlpUrl(): string {
    return this.#otlp?.httpUrl ?? "";
  }

  get otlpGrpcUrl(): string {
    return this.#otlp?.grpcUrl ?? "";
  }

  get wsUrl(): string {
    return this.#observatory.wsUrl ?? "";
  }

  async start(): Promise<void> {
    const { config } = this.#core;
    await this.#core.loadPrices();
    await this.#snapshots.rebuild();
    const observatory = await this.#observatory.start();
    this.#core.bus.tap("translators", (event) => this.#translators.kept(event));
    for (const sink of await openSinks(config, this.#core)) await this.#core.bus.connect(sink);
    if (config.traces) this.#tracing = await this.#startTracing();
    await this.#core.start();
    // There from the start, so that the first failure is a step that a rate can see.
    for (const reason of ["write_failed", "queue_full"]) this.#core.metrics.storeFailures.inc({ reason }, 0);
    if (config.hostMetrics) collectNodeMetrics(this.#registry);
    const intake: EventsIntake & HookIntake = {
      accept: (events) => this.#intake.accept(events),
      offer: (event) => this.#intake.offer(event),
      refused: (reason) => this.#core.metrics.eventsDropped.inc({ queue: "input", reason }),
    };
    this.#otlp = new OtlpIngest(this.#core, intake, this.#translators);
    await this.#otlp.start();
    const observed = this.#core.observed("hub", () => this.#ready && this.#closing === undefined);
    const app = createHubApp(observed, config, intake, this.#otlp.router, this.#translators.claudeCode, observatory);
    if (config.port !== "off") this.#listener = await listen(app, config.host, config.port, "--port (CROWSNEST_PORT)");
    // Before anything else is waited for: whoever connects again would find a port where no WebSocket is.
    await this.#observatory.listen(this.#listener);
    await this.#otlp.listen();
    this.#pruneTimer = setInterval(() => void this.#prune(), PRUNE_MILLIS);
    this.#pruneTimer.unref();
    // At once as well: a hub that never runs for an hour would keep everything for ever.
    void this.#prune();
    this.#snapshots.start();
    this.#ready = true;
  }

  attach({ service, resources = this.#core.config.resources }: { readonly service: string; readonly resources?: boolean }): Face {
    const instrument = new Instrument(
      { source: service, resources, captureContent: this.#core.config.captureContent },
      {
        publish: (event) => this.#intake.offer(event),
        tracer: this.#tracing?.tracer,
        report: this.#core.losses.fault,
        budgets: new BudgetGuard(this.#core.state.budgets),
        price: this.#core.price,
        redact: this.#core.redactor.text,
      },
    );
    this.#core.work.protect(instrument.running);
    return createFace(instrument);
  }

  accept(events: readonly AgentEvent[]): Promise<AppendResult> {
    return this.#intake.accept(events);
  }

  query(query: EventQuery): ReturnType<EventStore["query"]> {
    return this.#store.query(query);
  }

  health(): Health {
    return this.#core.health("hub");
  }

  async flush(): Promise<void> {
    await this.#intake.flush();
    await this.#core.bus.flush();
  }

  close(): Promise<void> {
    this.#closing ??= this.#shutDown();
    return this.#closing;
  }

  /** The store made events durable. */
  committed(durationSeconds: number): void {
    this.#core.metrics.storeCommitDuration.observe({}, durationSeconds);
  }

  #publish({ stored, rejected }: AppendResult): void {
    for (const { reason } of rejected) this.#core.losses.events("store", reason, 1);
    for (const event of stored) {
      this.#core.bus.publish(event);
      this.#snapshots.passed(event);
    }
  }

  #startTracing(): Promise<Tracing> {
    const { service } = this.#core.config;
    return startTracing(
      { service, version: this.#core.version, exportSpans: wantsSpanExport(process.env) },
      { dropped: (reason, count, cause) => this.#core.losses.spans(reason, count, cause) },
    );
  }

  async #prune(): Promise<void> {
    try {
      await this.#store.prune(Date.now());
    } catch (error) {
      this.#core.trouble.tell("prune", () => `old events could not be deleted: ${String(error)}`);
    }
  }

  async #shutDown(): Promise<void> {
    const deadlineMillis = this.#core.config.closeTimeoutSeconds * 1_000;
    clearInterval(this.#pruneTimer);
    this.#core.stop();
    // The doors first: what follows from the last events that come in is to be kept as well.
    const doors = [this.#observatory.close(), this.#otlp?.close(deadlineMillis), this.#listener?.close()];
    await withinDeadline(Promise.allSettled(doors), deadlineMillis);
    if (!(await withinDeadline(this.#intake.flush(), deadlineMillis)))
      this.#core.losses.events("store", "deadline", this.#intake.depth);
    await this.#core.bus.close(deadlineMillis);
    const closing = [this.#snapshots.close(deadlineMillis), this.#core.closeTracing(this.#tracing), this.#store.close()];
    await withinDeadline(Promise.allSettled(closing), deadlineMillis);
  }
}

/** The hub is itself where exporters send by default, so its own spans go on only where it was told where to. */
function wantsSpanExport(environment: NodeJS.ProcessEnv): boolean {
  return ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_TRACES_EXPORTER"].some(
    (variable) => (environment[variable] ?? "") !== "",
  );
}
