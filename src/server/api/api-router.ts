import { createHash } from "node:crypto";
import { type Request, type RequestHandler, type Response, Router } from "express";
import { packageVersion } from "../../config.ts";
import type { ApiContext, Endpoint } from "./endpoint.ts";
import { openApiDocument } from "./openapi.ts";
import { badParameters, Problem, problemOf, sendProblem } from "./problem.ts";

/** Answers every endpoint of the table; what goes wrong is a problem by RFC 9457. */
export function createApiRouter(endpoints: readonly Endpoint[], context: ApiContext): Router {
  const router = Router();
  for (const endpoint of endpoints) {
    router.get(endpoint.path.replaceAll(/\{(\w+)\}/g, ":$1"), (request, response) =>
      answer(endpoint, request, response, context),
    );
  }
  router.get("/api/openapi.json", documentHandler(endpoints));
  router.use("/api", nothingHere);
  return router;
}

async function answer(endpoint: Endpoint, request: Request, response: Response, context: ApiContext): Promise<void> {
  try {
    const params = endpoint.params.safeParse(request.params);
    if (!params.success) throw badParameters(params.error);
    const query = endpoint.query.safeParse(request.query);
    if (!query.success) throw badParameters(query.error);
    send(response, JSON.stringify(await endpoint.handle({ params: params.data, query: query.data }, context)));
  } catch (error) {
    sendProblem(response, problemOf(error));
  }
}

/** The OpenAPI document of everything that the hub answers; made when it is first asked for. */
function documentHandler(endpoints: readonly Endpoint[]): RequestHandler {
  let document: string | undefined;
  return (_request, response) => {
    document ??= JSON.stringify(openApiDocument(endpoints, packageVersion()));
    send(response, document);
  };
}

/** The same answer is not sent twice to whoever has it already; express compares the tag with `If-None-Match`. */
function send(response: Response, body: string): void {
  response.set("ETag", `"${createHash("sha1").update(body).digest("base64url")}"`).set("Cache-Control", "no-cache");
  response.type("application/json").send(body);
}

const nothingHere: RequestHandler = (request, response) => {
  sendProblem(
    response,
    new Problem(404, `there is nothing at ${request.baseUrl}${request.path}; /api/openapi.json lists what there is`),
  );
};
