import { connect, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import { until } from "./until.ts";

/** A bare connection, for what no HTTP client would send; ends with the test. */
export class RawSocket {
  readonly socket: Socket;
  received = "";
  isClosed = false;

  constructor(url: string) {
    this.socket = connect(Number(new URL(url).port), "127.0.0.1");
    this.socket.on("data", (chunk) => {
      this.received += chunk;
    });
    this.socket.on("error", () => undefined);
    this.socket.on("close", () => {
      this.isClosed = true;
    });
    onTestFinished(() => void this.socket.destroy());
  }

  write(text: string | Buffer): void {
    this.socket.write(text);
  }

  /** Statuses of the answers so far. */
  get statuses(): number[] {
    return [...this.received.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status));
  }

  /** Waits until so many answers have come. */
  answers(count: number, withinMillis?: number): Promise<number[]> {
    const enough = () => (this.statuses.length >= count ? this.statuses : undefined);
    return until(`${count} answers`, enough, withinMillis);
  }

  closed(withinMillis?: number): Promise<true> {
    return until("the connection to be closed", () => this.isClosed || undefined, withinMillis) as Promise<true>;
  }
}

/** The head of a request for a path, with more headers. */
export function requestHead(path: string, ...headers: readonly string[]): string {
  return [`POST ${path} HTTP/1.1`, "Host: localhost", ...headers, "", ""].join("\r\n");
}
