import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { makeRoom } from "./make-room.ts";

/** A port cannot be listened on; the message names it and the option that moves it. */
export class ListenError extends Error {
  readonly code = "cannot_listen";
  readonly port: number;

  constructor(host: string, port: number, cause: NodeJS.ErrnoException, option: string) {
    super(`${whyNot(host, port, cause)}; ${option} moves it (0 takes any free port)`, { cause });
    this.name = "ListenError";
    this.port = port;
  }
}

export interface Listener {
  readonly url: string;
  readonly port: number;
  /** Ends connections that are idle at once, the others when their answer is sent. Safe to call twice. */
  close(): Promise<void>;
}

export interface HttpListener extends Listener {
  readonly server: Server;
}

/** Slow or silent clients must not hold a connection for ever. */
const REQUEST_TIMEOUT_MILLIS = 30_000;
/** How often that is looked after. */
const TIMEOUT_CHECK_MILLIS = 1_000;
const MAX_CONNECTIONS = 2_000;
/** How often a server that closes looks for connections whose last answer is sent. */
const CLOSE_IDLE_MILLIS = 50;

export interface ListenSettings {
  /** @default true */
  readonly keepsProcessAlive?: boolean;
  /** How long a request may take to arrive, and a connection to send one. @default 30_000 */
  readonly requestTimeoutMillis?: number;
}

/**
 * Serves HTTP on one port.
 *
 * @param option how a person moves the port, such as `--port (CROWSNEST_PORT)`
 * @throws ListenError
 */
export async function listen(
  handler: RequestListener,
  host: string,
  port: number,
  option: string,
  { keepsProcessAlive = true, requestTimeoutMillis = REQUEST_TIMEOUT_MILLIS }: ListenSettings = {},
): Promise<HttpListener> {
  const server = createServer(
    {
      requestTimeout: requestTimeoutMillis,
      headersTimeout: requestTimeoutMillis,
      connectionsCheckingInterval: TIMEOUT_CHECK_MILLIS,
    },
    handler,
  );
  makeRoom(server, MAX_CONNECTIONS);
  await bind(server, host, port, option);
  if (!keepsProcessAlive) server.unref();
  const address = server.address() as AddressInfo;
  const shownHost = address.family === "IPv6" ? `[${address.address}]` : address.address;
  let closing: Promise<void> | undefined;
  return {
    url: `http://${shownHost}:${address.port}`,
    port: address.port,
    server,
    close() {
      closing ??= shutDown(server);
      return closing;
    },
  };
}

/** Senders keep their connections open, and would hold this up for as long as they send, or do not. */
function shutDown(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.prependListener("request", (_request, response) => {
      response.shouldKeepAlive = false;
    });
    const sweep = setInterval(() => server.closeIdleConnections(), CLOSE_IDLE_MILLIS);
    sweep.unref();
    server.close(() => {
      clearInterval(sweep);
      resolve();
    });
    server.closeIdleConnections();
  });
}

function bind(server: Server, host: string, port: number, option: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException) => reject(new ListenError(host, port, error, option));
    server.once("error", refuse);
    server.listen(port, host, () => {
      server.off("error", refuse);
      resolve();
    });
  });
}

function whyNot(host: string, port: number, { code, message }: NodeJS.ErrnoException): string {
  if (code === "EADDRINUSE") return `port ${port} on ${host} is in use by another program`;
  if (code === "EACCES") return `port ${port} on ${host} may not be used without more rights`;
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") return `${host} is not an address of this machine`;
  return `port ${port} on ${host} cannot be used (${message})`;
}
