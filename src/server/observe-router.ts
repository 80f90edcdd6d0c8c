import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { type Request, type Response, Router } from "express";
import type { Observed } from "../health/observed.ts";
import { contentTypes, negotiateFormat } from "../metrics/exposition/formats.ts";

/** Fast rather than small: a scrape crosses a network of ours every few seconds. */
const GZIP_LEVEL = 1;

/** `/metrics`, `/health`, `/health/live` and `/health/ready`. */
export function createObserveRouter(observed: Observed): Router {
  const router = Router();
  router.get("/metrics", (request, response) => answerScrape(observed, request, response));
  router.get("/health", (_request, response) => {
    const health = observed.health();
    answerHealth(response, health.status === "unhealthy" ? 503 : 200, health);
  });
  router.get("/health/live", (_request, response) => answerHealth(response, 200, { status: "live" }));
  router.get("/health/ready", (_request, response) => {
    const ready = observed.ready();
    answerHealth(response, ready ? 200 : 503, { status: ready ? "ready" : "not ready" });
  });
  return router;
}

function answerHealth(response: Response, status: number, body: object): void {
  response.status(status).set("Cache-Control", "no-store").json(body);
}

async function answerScrape(observed: Observed, request: Request, response: Response): Promise<void> {
  const startedAt = performance.now();
  const format = negotiateFormat(request.headers.accept);
  let chunks: readonly Buffer[];
  try {
    chunks = await observed.exposition.render(format);
  } catch (error) {
    response
      .status(500)
      .type("text/plain")
      .send(`${error instanceof Error ? error.message : "the scrape failed"}\n`);
    return;
  }
  observed.scraped((performance.now() - startedAt) / 1_000);
  response
    .status(200)
    .set({ "Content-Type": contentTypes[format], "Cache-Control": "no-store", Vary: "Accept, Accept-Encoding" });
  try {
    if (request.acceptsEncodings("gzip", "identity") === "gzip") {
      response.set("Content-Encoding", "gzip");
      await pipeline(Readable.from(chunks), createGzip({ level: GZIP_LEVEL }), response);
    } else {
      await pipeline(Readable.from(chunks), response);
    }
  } catch {
    // The scraper went away in the middle of its answer; there is nobody left to tell.
  }
}
