import type { RequestHandler } from "express";
import { messageOf } from "../../bus/trouble.ts";
import type { Core } from "../../core.ts";
import { SpanTranslator } from "../../integrations/spans/translate.ts";
import { createOtlpApp } from "../app.ts";
import { type Listener, listen } from "../listen.ts";
import type { EventsIntake } from "./events-router.ts";
import { SpanForwarder } from "./otlp-forwarder.ts";
import { createOtlpRouter, type OtlpDependencies } from "./otlp-router.ts";
import { readForwardTarget } from "./otlp-target.ts";

/** Everything by which a hub hears OpenTelemetry: the routes, the two ports of their own, and where spans go on to. */
export class OtlpIngest {
  readonly router: RequestHandler;
  readonly #core: Core;
  readonly #dependencies: OtlpDependencies;
  readonly #forwarder: SpanForwarder | undefined;
  #http: Listener | undefined;
  #grpc: Listener | undefined;

  constructor(core: Core, intake: EventsIntake) {
    this.#core = core;
    this.#forwarder = createForwarder(core);
    this.#dependencies = {
      translator: new SpanTranslator(),
      intake,
      forward: (request) => this.#forwarder?.offer(request),
    };
    this.router = createOtlpRouter(this.#dependencies);
  }

  get httpUrl(): string | undefined {
    return this.#http?.url;
  }

  get grpcUrl(): string | undefined {
    return this.#grpc?.url;
  }

  /** Listens where exporters send by default. */
  async listen(): Promise<void> {
    const { config } = this.#core;
    const { host, otlpPort, otlpGrpcPort } = config;
    if (otlpPort !== "off") {
      const app = createOtlpApp(config, this.router);
      const start = () => listen(app, host, otlpPort, "--otlp-port (CROWSNEST_OTLP_PORT)");
      this.#http = await this.#listenIfFree("OTLP by HTTP", config.otlpPortIsChosen, start);
    }
    if (otlpGrpcPort !== "off") {
      const start = async () => (await import("./otlp-grpc.ts")).listenForGrpc(config, otlpGrpcPort, this.#dependencies);
      this.#grpc = await this.#listenIfFree("OTLP by gRPC", config.otlpGrpcPortIsChosen, start);
    }
  }

  /** Takes nothing more, and sends on what waits within the deadline. */
  async close(deadlineMillis: number): Promise<void> {
    await Promise.allSettled([this.#http?.close(), this.#grpc?.close(), this.#forwarder?.close(deadlineMillis)]);
  }

  /** A port that nobody chose may be taken, by a Collector for instance. */
  async #listenIfFree(what: string, chosen: boolean, start: () => Promise<Listener>): Promise<Listener | undefined> {
    try {
      return await start();
    } catch (error) {
      if (chosen) throw error;
      this.#core.trouble.tell(what, () => `${what} is not taken on its usual port: ${messageOf(error)}`);
      return undefined;
    }
  }
}

/** Spans that come by OTLP go on to where this process's own go, if that is anywhere. */
function createForwarder(core: Core): SpanForwarder | undefined {
  const target = readForwardTarget(process.env);
  if (target === undefined) return undefined;
  const tell = (why: unknown) => core.trouble.tell("forward", () => `spans do not go on: ${messageOf(why)}`);
  if (typeof target === "string") {
    tell(target);
    return undefined;
  }
  return new SpanForwarder(target, {
    dropped: (reason, spans, cause) => {
      core.metrics.spansDropped.inc({ reason }, spans);
      tell(cause ?? "more of them wait than may");
    },
  });
}
