import { createHash, timingSafeEqual } from "node:crypto";
import type { NextFunction, Request, RequestHandler, Response } from "express";
import { isLoopback } from "./host-guard.ts";
import { refuse } from "./refuse.ts";

export interface AccessOptions {
  readonly host: string;
  readonly token: string | undefined;
  readonly insecure: boolean;
}

/**
 * Stands before everything but `/metrics` and `/health`, which are open as exporters' are. Where a token is set, it wants it; where none is
 * set, it lets in whoever reaches a loopback address, and nobody who reaches another one. A page of another origin is refused in any case,
 * as a browser would send its requests along with the rights of whoever looks at it.
 */
export function createAccessGuard({ host, token, insecure }: AccessOptions): RequestHandler {
  const isAuthorized = createTokenCheck(token);
  return (request: Request, response: Response, next: NextFunction) => {
    if (isForeignOrigin(request)) return refuse(request, response, 403, "requests from pages of another origin are not taken");
    if (token !== undefined) {
      if (isAuthorized(request.headers.authorization)) return next();
      response.set("WWW-Authenticate", "Bearer");
      return refuse(request, response, 401, "send the token as `Authorization: Bearer …`");
    }
    if (isLoopback(host) || insecure) return next();
    refuse(request, response, 403, needsToken(host));
  };
}

/** Whether what was sent as `Authorization` holds the token; always where there is none. Takes as long for a wrong one as for the right one. */
export function createTokenCheck(token: string | undefined): (authorization: string | undefined) => boolean {
  const wanted = token === undefined ? undefined : digest(`Bearer ${token}`);
  return (authorization) => wanted === undefined || timingSafeEqual(digest(authorization ?? ""), wanted);
}

/** Why nobody may send to a hub that others reach and that has no token. */
export function needsToken(host: string): string {
  return `this hub listens on ${host} without a token; set token (CROWSNEST_TOKEN), or insecure where the network is trusted`;
}

function isForeignOrigin({ headers }: Request): boolean {
  if (headers.origin === undefined) return false;
  try {
    return new URL(headers.origin).host !== headers.host;
  } catch {
    return true;
  }
}

/** Of one length, whatever was sent: comparing in constant time needs that. */
function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
