import type { Worker } from "node:worker_threads";
import { StoreError } from "../event-store.ts";
import { type Call, errorOf, type Reply } from "./thread-messages.ts";

type MethodName<Served> = {
  [Name in keyof Served]: Served[Name] extends (...parameters: never[]) => unknown ? Name : never;
}[keyof Served] &
  string;
type Given<Method> = Method extends (...parameters: infer Parameters) => unknown ? Parameters : never;
type Returned<Method> = Method extends (...parameters: never[]) => infer Result ? Result : never;

interface Waiting {
  resolve(value: unknown): void;
  reject(error: StoreError): void;
}

/**
 * Calls the methods of an object that lives in a worker thread, and gives their answers as promises. It is good for one life of
 * the thread: when that ends, by `close` or by a crash, whatever waits is rejected, and so is every later call. An idle thread does
 * not keep the process alive; one that owes an answer does.
 */
export class ThreadClient<Served> {
  /** Resolves when the thread can work; rejects where it could not begin. */
  readonly opened: Promise<void>;
  readonly #thread: Worker;
  readonly #name: string;
  readonly #code: "write_failed" | "read_failed";
  readonly #exited: Promise<void>;
  #waiting: Waiting[] = [];
  #isOpen = false;
  #ended: StoreError | undefined;
  #closing: Promise<void> | undefined;

  /** `name` stands in sentences ("The store's … ended"), `code` in errors that have none of their own. */
  constructor(thread: Worker, name: string, code: "write_failed" | "read_failed") {
    this.#thread = thread;
    this.#name = name;
    this.#code = code;
    this.#exited = new Promise((resolve) => thread.once("exit", () => resolve()));
    thread.on("message", (reply: Reply) => this.#settle(reply));
    thread.on("error", (error) => this.#end(this.#crashed(error)));
    thread.on("exit", () => this.#end(this.#crashed(undefined)));
    this.opened = this.#answer() as Promise<void>;
    // Whoever called next is told as well; that nobody waits for the opening alone must not end the process.
    this.opened.catch(() => {});
  }

  /** The thread is gone, or going: calls are refused. */
  get ended(): boolean {
    return this.#ended !== undefined;
  }

  call<Name extends MethodName<Served>>(method: Name, ...given: Given<Served[Name]>): Promise<Returned<Served[Name]>> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    return this.#post([method, given]) as Promise<Returned<Served[Name]>>;
  }

  /** Lets the thread answer what it owes, close what it serves, and end. Safe to call twice, and after a crash. */
  close(): Promise<void> {
    this.#closing ??= this.#shutDown();
    return this.#closing;
  }

  async #shutDown(): Promise<void> {
    // A thread that crashes over its last call has let go as well.
    if (this.#ended === undefined) await this.#post(["close", []]).catch(() => {});
    this.#thread.ref();
    await this.#exited;
  }

  #post(call: Call): Promise<unknown> {
    this.#thread.postMessage(call);
    return this.#answer();
  }

  #answer(): Promise<unknown> {
    if (this.#waiting.length === 0) this.#thread.ref();
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  #settle(reply: Reply): void {
    const failure = "failure" in reply ? errorOf(reply.failure, this.#code) : undefined;
    if (failure !== undefined && !this.#isOpen) {
      this.#end(failure);
      return;
    }
    this.#isOpen = true;
    const waiting = this.#waiting.shift();
    if (this.#waiting.length === 0) this.#thread.unref();
    if (failure !== undefined) waiting?.reject(failure);
    else waiting?.resolve("value" in reply ? reply.value : undefined);
  }

  #end(reason: StoreError): void {
    if (this.#ended !== undefined) return;
    this.#ended = reason;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { reject } of waiting) reject(reason);
    this.#thread.unref();
  }

  #crashed(cause: unknown): StoreError {
    return new StoreError(this.#code, `The store's ${this.#name} thread ended before it had answered.`, { cause });
  }
}
