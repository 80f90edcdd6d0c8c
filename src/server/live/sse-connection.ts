import type { Response } from "express";
import { type Connection, GOODBYE_MILLIS } from "./connection.ts";

/** Writes server-sent events as the body of an answer that does not end. */
export class SseConnection implements Connection {
  readonly #response: Response;

  constructor(response: Response) {
    this.#response = response;
  }

  get backlogBytes(): number {
    return this.#response.writableLength;
  }

  write(bytes: Buffer | string): void {
    if (!this.#response.writableEnded && !this.#response.destroyed) this.#response.write(bytes);
  }

  close(_code: number, reason: string): void {
    if (this.#response.writableEnded) return;
    this.#response.end(`data: ${JSON.stringify({ closed: reason })}\n\n`);
    // Left open for the next request, the connection would keep a hub from closing.
    this.#response.socket?.destroySoon();
    setTimeout(() => this.#response.destroy(), GOODBYE_MILLIS).unref();
  }
}
