import type { IncomingMessage, ServerResponse } from "node:http";
import { Registry } from "prom-client";
import { withinDeadline } from "./bus/deadline.ts";
import type { Sink } from "./bus/sink.ts";
import { type Log, messageOf } from "./bus/trouble.ts";
import { type Config, loadConfig } from "./config.ts";
import { Core } from "./core.ts";
import { closeAtExit } from "./exit.ts";
import type { Health } from "./health/health.ts";
import type { Observed } from "./health/observed.ts";
import { BudgetGuard } from "./instrument/budget-guard.ts";
import { createFace, type Face } from "./instrument/face.ts";
import { Instrument } from "./instrument/instrument.ts";
import { lateCarrier } from "./instrument/scope-carrier.ts";
import { collectNodeMetrics } from "./metrics/node.ts";
import type { MetricRegistry } from "./metrics/registry.ts";
import type { ConfigInput } from "./options.ts";
import type { Relay } from "./relay.ts";
import { openSinks } from "./sinks/open-sinks.ts";
import { hubEndpoint, tokenHeader } from "./sinks/relay/hub-endpoint.ts";
import { startTracing } from "./tracing/start-tracing.ts";
import type { Tracing } from "./tracing/tracing.ts";

/** What `createCrowsnest` takes: any option of the table, and what only code can give. */
export interface CrowsnestOptions extends ConfigInput {
  /** Where metrics go: a `Registry` of `prom-client` or of `@prometheus-io/client`. @default a new one */
  readonly registry?: MetricRegistry;
  /** Takes sentences about trouble, at most one a minute per kind. @default console.warn */
  readonly log?: Log;
  /** Further places for events to go, each behind a bounded queue. */
  readonly sinks?: readonly Sink[];
}

/** Request handler that express, connect and `node:http` take alike. */
export type Middleware = (request: IncomingMessage, response: ServerResponse, next?: (error?: unknown) => void) => void;

/** What became of a flush. */
export interface FlushResult {
  /** True where everything that was waiting has arrived. */
  readonly delivered: boolean;
  /** What did not, in words. */
  readonly problems: readonly string[];
}

/** One process's telemetry. */
export interface Crowsnest extends Face {
  /** Where `/metrics` and `/health` are served; undefined where nothing listens. */
  readonly url: string | undefined;
  /** Serves `/metrics` and `/health` from the host's own app: `app.use(crowsnest.router())`. */
  router(): Middleware;
  /** How things are, as `/health` tells it. */
  health(): Health;
  /** Sends on what is waiting, and says whether it arrived. */
  flush(): Promise<FlushResult>;
  /** Flushes with a deadline and lets go of everything. Safe to call twice. */
  close(): Promise<void>;
}

/** What the embedded mode needs of the server, loaded only when used: the import of the public face must stay light. */
export interface ServerParts {
  readonly createRouter: (observed: Observed) => Middleware;
  readonly listen: (observed: Observed, config: Config) => Promise<{ readonly url: string; close(): Promise<void> }>;
}

/** How a start differs from that of `createCrowsnest` in the host's own code. */
export interface Circumstances {
  /** Nothing of the host's own has run yet: nothing may stand in the way of what it starts later. @default false */
  readonly beforeHost?: boolean;
  /** @default process.env */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/**
 * Starts the telemetry of one agent process.
 *
 * @throws ConfigError where an option is wrong, naming it
 * @throws ListenError where the port that was asked for is taken
 */
export async function startEmbedded(
  options: CrowsnestOptions,
  loadServer: () => Promise<ServerParts>,
  { environment = process.env, beforeHost = false }: Circumstances = {},
): Promise<Crowsnest> {
  const { registry = new Registry(), log, sinks = [], ...input } = options;
  const config = loadConfig({ options: input, environment });
  const core = new Core(config, { registry, log });
  const embedded = new Embedded(core, loadServer, beforeHost);
  try {
    await embedded.start(sinks, registry);
  } catch (error) {
    await embedded.close();
    throw error;
  }
  return embedded.face;
}

class Embedded {
  readonly #core: Core;
  readonly #loadServer: () => Promise<ServerParts>;
  readonly #beforeHost: boolean;
  #tracing: Tracing | undefined;
  #listener: { readonly url: string; close(): Promise<void> } | undefined;
  #stopNodeMetrics: (() => void) | undefined;
  #relay: Relay | undefined;
  #detach: (() => void) | undefined;
  #face: Crowsnest | undefined;
  #ready = false;
  #closing: Promise<void> | undefined;

  constructor(core: Core, loadServer: () => Promise<ServerParts>, beforeHost: boolean) {
    this.#core = core;
    this.#loadServer = loadServer;
    this.#beforeHost = beforeHost;
  }

  get face(): Crowsnest {
    if (this.#face === undefined) throw new Error("not started");
    return this.#face;
  }

  async start(sinks: readonly Sink[], registry: MetricRegistry): Promise<void> {
    const { config } = this.#core;
    if (config.hub === undefined) await this.#core.loadPrices();
    if (config.traces) this.#tracing = await this.#startTracing();
    const instrument = new Instrument(
      { source: config.service, resources: config.resources, captureContent: config.captureContent },
      {
        publish: (event) => this.#core.tell(event),
        tracer: this.#tracing?.tracer,
        carrier: this.#tracing?.owner === "open" ? lateCarrier() : undefined,
        report: this.#core.losses.fault,
        budgets: new BudgetGuard(this.#core.state.budgets),
        price: this.#core.price,
        redact: this.#core.redactor.text,
      },
    );
    this.#core.work.protect(instrument.running);
    for (const sink of [...(await openSinks(config, this.#core)), ...sinks]) await this.#core.bus.connect(sink);
    if (config.hub !== undefined) this.#relay = await this.#connectRelay(config.hub, instrument);
    else if (config.spool !== undefined) {
      this.#core.trouble.tell(
        "spool",
        () => "nothing is spooled, as spool (CROWSNEST_SPOOL) is for what goes to a hub (CROWSNEST_HUB)",
      );
    }
    await this.#core.start();
    if (config.hostMetrics) this.#stopNodeMetrics = collectNodeMetrics(registry);
    await this.#listen();
    if (config.signals) this.#detach = closeAtExit(() => this.close());
    this.#face = this.#createFace(instrument);
    this.#ready = true;
  }

  close(): Promise<void> {
    this.#closing ??= this.#shutDown();
    return this.#closing;
  }

  #createFace(instrument: Instrument): Crowsnest {
    return {
      ...createFace(instrument),
      url: this.#listener?.url,
      router: () => this.#router(),
      health: () => this.#core.health("embedded"),
      flush: () => this.#flush(),
      close: () => this.close(),
    };
  }

  async #connectRelay(hub: string, instrument: Instrument): Promise<Relay> {
    const { connectRelay } = await import("./relay.ts");
    return connectRelay(hub, this.#core, instrument);
  }

  #startTracing(): Promise<Tracing> {
    const { service, hub, token } = this.#core.config;
    // The hub sends them on to wherever it keeps spans.
    const collector = hub === undefined ? undefined : { url: hubEndpoint(hub, "v1/traces").href, headers: tokenHeader(token) };
    const options = { service, version: this.#core.version, exportSpans: true, collector, beforeHost: this.#beforeHost };
    return startTracing(options, { dropped: (reason, count, cause) => this.#core.losses.spans(reason, count, cause) });
  }

  async #listen(): Promise<void> {
    const { config, trouble } = this.#core;
    if (config.port === "off") return;
    try {
      this.#listener = await (await this.#loadServer()).listen(this.#observed, config);
    } catch (error) {
      // Several agent processes on one machine are usual, and only one of them can have the port that nobody chose. A variable is
      // chosen for all processes that inherit it.
      if (config.portIsChosen && !this.#beforeHost) throw error;
      trouble.tell("listen", () => `/metrics and /health are not served: ${messageOf(error)}`);
    }
  }

  #router(): Middleware {
    let handler: Promise<Middleware> | undefined;
    return (request, response, next) => {
      handler ??= this.#loadServer().then(({ createRouter }) => createRouter(this.#observed));
      handler.then(
        (handle) => handle(request, response, next),
        (error: unknown) => next?.(error),
      );
    };
  }

  get #observed(): Observed {
    return this.#core.observed("embedded", () => this.#ready && this.#closing === undefined);
  }

  async #flush(): Promise<FlushResult> {
    const { closeTimeoutSeconds } = this.#core.config;
    const lostBefore = this.#core.losses.count;
    const problems: string[] = [];
    const inTime = await withinDeadline(this.#core.bus.flush(), closeTimeoutSeconds * 1_000);
    const { trouble, isSpooling = false } = this.#relay ?? {};
    if (!inTime)
      problems.push(`events were not all sent within ${closeTimeoutSeconds} s${trouble === undefined ? "" : `: ${trouble}`}`);
    else if (trouble !== undefined && isSpooling) problems.push(`events were not all sent, but kept: ${trouble}`);
    const lost = this.#core.losses.count - lostBefore;
    if (lost > 0) problems.push(`${lost} events were lost`);
    try {
      const spansInTime = await withinDeadline(this.#tracing?.flush() ?? Promise.resolve(), closeTimeoutSeconds * 1_000);
      if (!spansInTime) problems.push(`spans were not all sent within ${closeTimeoutSeconds} s`);
    } catch (error) {
      problems.push(`spans could not be exported: ${messageOf(error)}`);
    }
    return { delivered: problems.length === 0, problems };
  }

  async #shutDown(): Promise<void> {
    const deadlineMillis = this.#core.config.closeTimeoutSeconds * 1_000;
    this.#detach?.();
    this.#core.stop();
    this.#relay?.stop();
    this.#stopNodeMetrics?.();
    await Promise.allSettled([this.#core.bus.close(deadlineMillis), this.#core.closeTracing(this.#tracing)]);
    await withinDeadline(this.#listener?.close() ?? Promise.resolve(), deadlineMillis);
    this.#core.unregister();
  }
}
