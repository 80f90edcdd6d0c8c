import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { NextFunction, Request, RequestHandler, Response } from "express";
import { isLoopback } from "./host-guard.ts";
import { refuse } from "./refuse.ts";

export interface AccessOptions {
  readonly host: string;
  readonly token: string | undefined;
  readonly insecure: boolean;
  /** Origins of pages that are let in although they are not the hub's own, as a list or separated by commas. @default none */
  readonly allowedOrigins?: string | readonly string[] | undefined;
}

/** Why a request is not let in. */
export interface Refusal {
  readonly status: number;
  readonly error: string;
  /** In how many seconds it may try again. */
  readonly retryAfterSeconds?: number;
}

/** Says why a request may not come in; undefined where it may. */
export type AccessCheck = (headers: IncomingHttpHeaders) => Refusal | undefined;

/**
 * Stands before everything but `/metrics` and `/health`, which are open as exporters' are. Where a token is set, it wants it; where none is
 * set, it lets in whoever reaches a loopback address, and nobody who reaches another one. A page of another origin is refused in any case,
 * unless it is on the list of those that are let in, as a browser would send its requests along with the rights of whoever looks at it.
 */
export function createAccessCheck({ host, token, insecure, ...options }: AccessOptions): AccessCheck {
  const allowedOrigins = originsOf(options);
  const isAuthorized = createTokenCheck(token);
  return (headers) => {
    if (isForeignOrigin(headers) && !allowedOrigins.has(headers.origin as string)) {
      return {
        status: 403,
        error: "requests from pages of another origin are not taken; allowedOrigins (CROWSNEST_ALLOWED_ORIGINS) lets some in",
      };
    }
    if (token !== undefined) {
      return isAuthorized(headers.authorization)
        ? undefined
        : { status: 401, error: "send the token as `Authorization: Bearer …`" };
    }
    return isLoopback(host) || insecure ? undefined : { status: 403, error: needsToken(host) };
  };
}

/** The same check as a request handler. Answers a browser's question beforehand (CORS) for the origins that are let in. */
export function createAccessGuard(options: AccessOptions): RequestHandler {
  const check = createAccessCheck(options);
  const allowedOrigins = originsOf(options);
  return (request: Request, response: Response, next: NextFunction) => {
    const { origin } = request.headers;
    if (origin !== undefined && allowedOrigins.has(origin)) {
      response.set({
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Headers": "Authorization, Content-Type, Content-Encoding, Last-Event-ID, If-None-Match",
        "Access-Control-Expose-Headers": "ETag",
        Vary: "Origin",
      });
      // A browser asks without the token whether it may send it.
      if (request.method === "OPTIONS") return void response.status(204).end();
    }
    const refusal = check(request.method === "GET" ? headersWithToken(request) : request.headers);
    if (refusal === undefined) return next();
    if (refusal.status === 401) response.set("WWW-Authenticate", "Bearer");
    refuse(request, response, refusal.status, refusal.error);
  };
}

/** Pages cannot set headers on an EventSource or a WebSocket, so for these the token may stand in the address as `token`. */
export function headersWithToken({ headers, url }: IncomingMessage): IncomingHttpHeaders {
  const token = headers.authorization === undefined ? URL.parse(url ?? "/", "http://hub")?.searchParams.get("token") : null;
  return token === null || token === undefined ? headers : { ...headers, authorization: `Bearer ${token}` };
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

function originsOf({ allowedOrigins = [] }: Pick<AccessOptions, "allowedOrigins">): ReadonlySet<string> {
  return new Set([allowedOrigins].flat().flatMap((origins) => origins.split(",").map((origin) => origin.trim())));
}

function isForeignOrigin(headers: IncomingHttpHeaders): boolean {
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
