import type { RequestHandler } from "express";
import { messageOf } from "../../bus/trouble.ts";
import type { Core } from "../../core.ts";
import { createOtlpApp } from "../app.ts";
import { type Listener, listen } from "../listen.ts";
import { BodyRoom } from "./body-room.ts";
import type { EventsIntake } from "./events-router.ts";
import { SpanForwarder } from "./otlp-forwarder.ts";
import { redactRequest } from "./otlp-redaction.ts";
import { createOtlpRouter, type ForwardedRequest, type OtlpDependencies } from "./otlp-router.ts";
import { readForwardTarget } from "./otlp-target.ts";
import { SpanIntake } from "./span-intake.ts";
import type { Translators } from "./translators.ts";

/** Everything by which a hub hears OpenTelemetry: the routes, the two ports of their own, and where spans go on to. */
export class OtlpIngest {
  readonly router: RequestHandler;
  readonly #core: Core;
  readonly #dependencies: OtlpDependencies;
  readonly #forwarder: SpanForwarder | undefined;
  readonly #spans: SpanIntake;
  #http: Listener | undefined;
  #grpc: Listener | undefined;

  constructor(core: Core, intake: EventsIntake, translators: Translators) {
    this.#core = core;
    this.#forwarder = createForwarder(core);
    this.#spans = new SpanIntake(translators.spans, intake, core, core.config.data);
    this.#dependencies = {
      translators,
      intake,
      spans: this.#spans,
      room: new BodyRoom(),
      ignored: (signal, count) => core.metrics.otlpIgnored.inc({ signal }, count),
      forward: (request, message) => this.#forward(request, message),
    };
    this.router = createOtlpRouter(this.#dependencies);
  }

  get httpUrl(): string | undefined {
    return this.#http?.url;
  }

  get grpcUrl(): string | undefined {
    return this.#grpc?.url;
  }

  /** Goes on with the spans that waited when the hub last ran. Nothing may come before. */
  async start(): Promise<void> {
    await this.#spans.start();
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
    await this.#spans.close();
  }

  /** What cannot be looked into does not go on: nobody would know what is in it. */
  #forward(request: ForwardedRequest, message: Buffer): void {
    if (this.#forwarder === undefined) return;
    try {
      this.#forwarder.offer(redactRequest(request, message, this.#core.redactor));
    } catch (error) {
      this.#core.metrics.spansDropped.inc({ reason: "redaction_failed" }, request.spans);
      this.#core.trouble.tell(
        "redaction",
        () => `spans do not go on, as they cannot be searched for secrets: ${messageOf(error)}`,
      );
    }
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
