import type { IncomingHttpHeaders } from "node:http";
import type { NextFunction, Request, RequestHandler, Response } from "express";
import { refuse } from "./refuse.ts";

const LOOPBACK_NAMES = new Set(["localhost", "127.0.0.1", "[::1]"]);

/**
 * On a loopback address, answers only requests that were made to a loopback name: a page from the web could otherwise point a name
 * of its own at 127.0.0.1 and read what the hub knows (DNS rebinding). Says why a request is not answered; undefined where it is.
 */
export function createHostCheck(host: string): (headers: IncomingHttpHeaders) => { status: number; error: string } | undefined {
  const guarded = isLoopback(host);
  return (headers) => {
    if (!guarded || isAllowed(headers.host, host)) return undefined;
    return { status: 421, error: `this hub answers to ${host} and localhost only, not to the Host that was sent` };
  };
}

/** The same check as a request handler. */
export function createHostGuard(host: string): RequestHandler {
  const check = createHostCheck(host);
  return (request: Request, response: Response, next: NextFunction) => {
    const refusal = check(request.headers);
    if (refusal === undefined) next();
    else refuse(request, response, refusal.status, refusal.error);
  };
}

/** True for addresses that only this machine reaches. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || host.startsWith("127.");
}

function isAllowed(header: string | undefined, host: string): boolean {
  const name = (header ?? "").replace(/:\d+$/, "").toLowerCase();
  return LOOPBACK_NAMES.has(name) || name === host;
}
