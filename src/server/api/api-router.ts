import { type Request, type RequestHandler, type Response, Router } from "express";
import { packageVersion } from "../../config.ts";
import { issueText } from "../../events/issue-text.ts";
import { type AnswerBytes, answerBytes } from "./answer-bytes.ts";
import type { ApiContext, Endpoint } from "./endpoint.ts";
import { answerExamples } from "./openapi/examples.ts";
import { openApiDocument } from "./openapi.ts";
import { withoutEmpty } from "./parameters.ts";
import { badParameters, Problem, problemOf, sendProblem } from "./problem.ts";
import { SharedAnswers } from "./shared-answers.ts";

/** Answers every endpoint of the table, see {@link SharedAnswers}; what goes wrong is a problem by RFC 9457. */
export function createApiRouter(endpoints: readonly Endpoint[], context: ApiContext): Router {
  const router = Router();
  const shared = new SharedAnswers();
  for (const endpoint of endpoints) {
    router.get(routeOf(endpoint.path), (request, response) => answer(endpoint, request, response, context, shared));
  }
  router.get("/api/openapi.json", documentHandler(endpoints));
  router.use("/api", nothingHere);
  return router;
}

/** An id stands last in its path and may have slashes of its own, such as `shop/scribe`: as they are, or as `%2F`. */
function routeOf(path: string): string {
  return path.replace(/\{(\w+)\}$/, "*$1");
}

function paramsOf({ params }: Request): object {
  return Object.fromEntries(Object.entries(params).map(([name, parts]) => [name, [parts].flat().join("/")]));
}

async function answer(
  endpoint: Endpoint,
  request: Request,
  response: Response,
  context: ApiContext,
  shared: SharedAnswers,
): Promise<void> {
  try {
    const params = endpoint.params.safeParse(paramsOf(request), { error: issueText });
    if (!params.success) throw badParameters(params.error);
    const query = endpoint.query.safeParse(withoutEmpty(request.query), { error: issueText });
    if (!query.success) throw badParameters(query.error);
    const asked = { params: params.data, query: query.data };
    const isFresh = /\bno-(cache|store)\b/i.test(request.get("Cache-Control") ?? "");
    const { isNew, ...bytes } = await shared.answer(
      JSON.stringify([endpoint.path, asked]),
      { revision: context.views.revision, isFresh },
      async () => answerBytes(await endpoint.handle(asked, context)),
    );
    // One that was made for somebody else may be a second old already: whoever keeps it has to ask again.
    send(response, bytes, isNew ? "private, max-age=1" : "private, max-age=0");
  } catch (error) {
    sendProblem(response, problemOf(error));
  }
}

/** The OpenAPI document of everything that the hub answers; made when it is first asked for. */
function documentHandler(endpoints: readonly Endpoint[]): RequestHandler {
  let document: Promise<AnswerBytes> | undefined;
  return async (_request, response) => {
    document ??= makeDocument(endpoints);
    send(response, await document, "no-cache");
  };
}

async function makeDocument(endpoints: readonly Endpoint[]): Promise<AnswerBytes> {
  return answerBytes(openApiDocument(endpoints, packageVersion(), await answerExamples(endpoints)));
}

/** The same answer is not sent twice to whoever has it already; express compares the tag with `If-None-Match`. */
function send(response: Response, { body, etag }: AnswerBytes, cacheControl: string): void {
  response.set({ ETag: etag, "Cache-Control": cacheControl }).type("application/json").send(body);
}

const nothingHere: RequestHandler = (request, response) => {
  sendProblem(
    response,
    new Problem(404, `there is nothing at ${request.baseUrl}${request.path}; /api/openapi.json lists what there is`),
  );
};
