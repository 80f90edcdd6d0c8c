import { connect } from "node:net";
import { ExportResultCode } from "@opentelemetry/core";
import type { SpanExporter } from "@opentelemetry/sdk-trace";

/** Longer than loopback ever takes, shorter than anybody notices when a process ends. */
const PROBE_MILLIS = 500;

/**
 * In front of an exporter that goes where exporters go by default, as nobody said where to: looks whether anybody listens there
 * before each export. The exporter itself would try again for seconds, and hold up the end of every process that has no collector.
 */
export class ProbedExporter implements SpanExporter {
  readonly #exporter: SpanExporter;
  readonly #port: number;

  constructor(exporter: SpanExporter, port: number) {
    this.#exporter = exporter;
    this.#port = port;
  }

  export(...[spans, done]: Parameters<SpanExporter["export"]>): void {
    void isListening(this.#port).then((listening) => {
      if (listening) return this.#exporter.export(spans, done);
      const error = new Error("no collector");
      // The SDK passes on the name of an error and nothing else of it.
      error.name = `nothing listens on port ${this.#port} of this machine`;
      done({ code: ExportResultCode.FAILED, error });
    });
  }

  async forceFlush(): Promise<void> {
    await this.#exporter.forceFlush?.();
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown();
  }
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "localhost", timeout: PROBE_MILLIS });
    const answer = (listening: boolean) => {
      socket.destroy();
      resolve(listening);
    };
    socket.once("connect", () => answer(true));
    socket.once("error", () => answer(false));
    socket.once("timeout", () => answer(false));
  });
}
