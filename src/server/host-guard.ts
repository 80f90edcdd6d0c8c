import type { IncomingHttpHeaders } from "node:http";
import type { NextFunction, Request, RequestHandler, Response } from "express";
import { refuse } from "./refuse.ts";

const LOOPBACK_NAMES = ["localhost", "127.0.0.1", "[::1]"];

export interface HostOptions {
  /** The address that is listened on. */
  readonly host: string;
  /** Further names that requests may be made to, as a list or separated by commas. @default none */
  readonly allowedHosts?: string | readonly string[] | undefined;
}

/**
 * Answers only requests that were made to a name which is known: a page from the web could otherwise point a name of its own at the
 * hub and read what it knows (DNS rebinding). On a loopback address that is this machine's names and those that are allowed; on others,
 * whose names the hub cannot know, whatever it is called unless some are allowed. Says why a request is not answered; undefined where
 * it is.
 */
export function createHostCheck(
  options: HostOptions,
): (headers: IncomingHttpHeaders) => { status: number; error: string } | undefined {
  const { host } = options;
  const allowed = namesOf(options);
  if (allowed.length === 0 && !isLoopback(host)) return () => undefined;
  const names = new Set([...LOOPBACK_NAMES, host, ...allowed]);
  const known = [...new Set([host, ...allowed])].join(", ");
  return (headers) => {
    if (names.has(nameIn(headers.host))) return undefined;
    const error = `this hub answers to ${known} and localhost only, not to the Host that was sent; allowedHosts (CROWSNEST_ALLOWED_HOSTS) adds names`;
    return { status: 421, error };
  };
}

/** The same check as a request handler. */
export function createHostGuard(options: HostOptions): RequestHandler {
  const check = createHostCheck(options);
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

function namesOf({ allowedHosts = [] }: HostOptions): string[] {
  return [allowedHosts].flat().flatMap((names) => names.split(",").map(nameIn));
}

/** A name without its port, as names are the same in upper and lower case. */
function nameIn(header: string | undefined): string {
  return (header ?? "").trim().replace(/:\d+$/, "").toLowerCase();
}
