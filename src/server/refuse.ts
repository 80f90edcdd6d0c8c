import type { Request, Response } from "express";
import { Problem, sendProblem } from "./api/problem.ts";
import { formatOf, statusIn } from "./ingest/otlp-format.ts";

const OTLP_PATHS = new Set(["/v1/traces", "/v1/logs", "/v1/metrics"]);

/**
 * Says no, in the form that whoever asks understands: a problem to who reads; to who sends, `error`, as the answers to what is sent have
 * it; to exporters of OpenTelemetry a `Status` in the format that they sent.
 */
export function refuse(request: Request, response: Response, status: number, error: string): void {
  if (request.method !== "POST") return sendProblem(response, new Problem(status, error));
  response.status(status);
  if (!OTLP_PATHS.has(request.path)) return void response.json({ error });
  const { contentType, body } = statusIn(formatOf(request), status, error);
  response.type(contentType).send(body);
}
