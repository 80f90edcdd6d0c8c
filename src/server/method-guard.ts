import type { RequestHandler } from "express";
import { endpoints } from "./api/endpoints/index.ts";
import { otherOperations } from "./api/openapi/operations/index.ts";
import { refuse } from "./refuse.ts";

/** Who asks an address of the hub by a method that it does not have is told so, with those that it has: nothing is missing there. */
export function createMethodGuard(): RequestHandler {
  const methods = new Map<string, string[]>();
  for (const { path } of endpoints) methods.set(path, ["GET", "HEAD"]);
  for (const { path, method } of otherOperations) {
    methods.set(path, [...(methods.get(path) ?? []), ...(method === "get" ? ["GET", "HEAD"] : ["POST"])]);
  }
  const ofIds = [...methods.keys()].filter((path) => path.includes("{")).map((path) => ({ path, pattern: patternOf(path) }));
  return (request, response, next) => {
    const path = methods.has(request.path) ? request.path : ofIds.find(({ pattern }) => pattern.test(request.path))?.path;
    const allowed = path === undefined ? undefined : methods.get(path);
    if (allowed === undefined || allowed.includes(request.method)) return next();
    response.set("Allow", allowed.join(", "));
    const how = allowed[0] === "POST" ? "is sent to by POST" : "is asked by GET";
    refuse(request, response, 405, `${request.path} ${how}, not by ${request.method}`);
  };
}

/** Of a path as OpenAPI writes it; ids stand last, and may have slashes of their own. */
function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replace(/\{\w+\}$/, ".+")}$`);
}
