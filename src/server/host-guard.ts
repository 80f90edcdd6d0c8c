import type { NextFunction, Request, RequestHandler, Response } from "express";
import { refuse } from "./refuse.ts";

const LOOPBACK_NAMES = new Set(["localhost", "127.0.0.1", "[::1]"]);

/**
 * On a loopback address, answers only requests that were made to a loopback name: a page from the web could otherwise point a name
 * of its own at 127.0.0.1 and read what the hub knows (DNS rebinding).
 */
export function createHostGuard(host: string): RequestHandler {
  const guarded = isLoopback(host);
  return (request: Request, response: Response, next: NextFunction) => {
    if (!guarded || isAllowed(request.headers.host, host)) return next();
    refuse(request, response, 421, `this hub answers to ${host} and localhost only, not to the Host that was sent`);
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
