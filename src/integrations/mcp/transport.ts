/** As much of a transport as is looked at; those of versions 1 and 2 of the SDK are alike. */
export interface McpTransport {
  send(message: never, ...rest: never[]): Promise<unknown>;
  start(): Promise<unknown>;
  readonly sessionId?: string | undefined;
}

/** Sees the messages of a transport, some of them twice: the SDK may call a callback from within another. It must not throw. */
export interface Listener {
  /** A message is about to be sent; what it gives back is sent instead, inside of its `run`. */
  sending(message: unknown, options: unknown): Outgoing | undefined;
  /** A message has come; it is handled inside of the `run` that it gives back. */
  receiving(message: unknown): Run | undefined;
  closed(): void;
}

export type Run = <T>(work: () => T) => T;

export interface Outgoing {
  readonly message: unknown;
  readonly run: Run;
  failed(error: unknown): void;
}

type Handler = (this: unknown, ...given: unknown[]) => unknown;

/** Transports that are listened to already. */
const observed = new WeakSet<object>();

/**
 * Listens to a transport in its place: it stays the object that the host made, as hosts and SDK hold on to it, and only the two doors
 * that the SDK's `Transport` interface names are watched. Returns how to stop that; undefined where somebody listens already.
 */
export function listenTo(transport: McpTransport, listener: Listener): (() => void) | undefined {
  if (observed.has(transport)) return undefined;
  observed.add(transport);
  const undo = [
    replaceMethod(transport, "send", (send) => sendVia(listener, send)),
    wrapCallback(transport, "onmessage", (handle) => receiveVia(listener, handle)),
    wrapCallback(transport, "onclose", (handle) => closeVia(listener, handle)),
  ];
  return () => {
    observed.delete(transport);
    for (const step of undo) step();
  };
}

function sendVia(listener: Listener, send: Handler): Handler {
  return function (message, ...rest) {
    const outgoing = listener.sending(message, rest[0]);
    if (outgoing === undefined) return send.call(this, message, ...rest);
    const sent = outgoing.run(() => send.call(this, outgoing.message, ...rest));
    // Watched from aside: the SDK gets the very promise that its transport gave.
    if (sent instanceof Promise) sent.catch((error: unknown) => outgoing.failed(error));
    return sent;
  };
}

function receiveVia(listener: Listener, handle: Handler): Handler {
  return function (message, ...rest) {
    const run = listener.receiving(message);
    if (run === undefined) return handle.call(this, message, ...rest);
    return run(() => handle.call(this, message, ...rest));
  };
}

function closeVia(listener: Listener, handle: Handler): Handler {
  return function (...given) {
    listener.closed();
    return handle.apply(this, given);
  };
}

export function replaceMethod(target: object, name: string, wrap: (original: Handler) => Handler): () => void {
  const original: unknown = Reflect.get(target, name);
  if (typeof original !== "function") return () => undefined;
  const before = Object.getOwnPropertyDescriptor(target, name);
  Object.defineProperty(target, name, { configurable: true, writable: true, value: wrap(original as Handler) });
  return () => restore(target, name, before);
}

/**
 * Wraps what a callback is, and whatever it becomes. Some transports pass theirs on to another object by accessors of their class, so
 * it is set there as well.
 */
function wrapCallback(target: object, name: string, wrap: (handle: Handler) => Handler): () => void {
  const before = Object.getOwnPropertyDescriptor(target, name);
  const inherited = before === undefined ? inheritedAccessor(target, name) : undefined;
  let given: unknown;
  let wrapped: unknown;
  const set = (callback: unknown) => {
    given = callback;
    wrapped = typeof callback === "function" ? wrap(callback as Handler) : callback;
    inherited?.set?.call(target, wrapped);
  };
  const get = () => wrapped;
  const present: unknown = Reflect.get(target, name);
  Object.defineProperty(target, name, { configurable: true, enumerable: before?.enumerable ?? false, get, set });
  set(present);
  return () => {
    restore(target, name, before);
    Reflect.set(target, name, given);
  };
}

function inheritedAccessor(target: object, name: string): PropertyDescriptor | undefined {
  let prototype: unknown = Object.getPrototypeOf(target);
  while (typeof prototype === "object" && prototype !== null) {
    const descriptor = Object.getOwnPropertyDescriptor(prototype, name);
    if (descriptor !== undefined) return descriptor.get === undefined && descriptor.set === undefined ? undefined : descriptor;
    prototype = Object.getPrototypeOf(prototype);
  }
  return undefined;
}

function restore(target: object, name: string, before: PropertyDescriptor | undefined): void {
  if (before === undefined) Reflect.deleteProperty(target, name);
  else Object.defineProperty(target, name, before);
}
