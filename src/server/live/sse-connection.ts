import type { Response } from "express";
import type { Connection } from "./connection.ts";

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
    // A stuck connection does not take the goodbye either.
    if (this.backlogBytes > 0) return void this.#response.destroy();
    this.#response.end(`data: ${JSON.stringify({ closed: reason })}\n\n`);
    // Left open for the next request, it would keep a hub from closing.
    this.#response.socket?.destroySoon();
  }
}
