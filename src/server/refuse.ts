import type { Request, Response } from "express";
import { formatOf, statusIn } from "./ingest/otlp-format.ts";

const OTLP_PATHS = new Set(["/v1/traces", "/v1/logs", "/v1/metrics"]);

/** Says no, in the form that whoever asks understands: exporters of OpenTelemetry read a `Status` in the format that they sent. */
export function refuse(request: Request, response: Response, status: number, error: string): void {
  response.status(status);
  if (request.method !== "POST" || !OTLP_PATHS.has(request.path)) {
    response.json({ error });
    return;
  }
  const { contentType, body } = statusIn(formatOf(request), status, error);
  response.type(contentType).send(body);
}
