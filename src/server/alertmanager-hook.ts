import { type Request, type Response, Router } from "express";
import type { AgentEvent } from "../events/types.ts";
import { describeProblems, parseEvent } from "../events/validate.ts";
import { type AppendResult, StoreError } from "../store/event-store.ts";
import { readNotification } from "./alertmanager-notification.ts";
import { answerEarly } from "./ingest/answer-early.ts";
import { contentTypeOf, openBody, readText } from "./ingest/read-body.ts";
import { parseJson, RequestError } from "./ingest/request-error.ts";

/** Largest notification that is read, after decompression. Alertmanager's are a few kilobytes. */
const MAX_BODY_BYTES = 1_024 * 1_024;

export interface AlertIntake {
  /** Keeps events and counts the new ones. Rejects with a {@link StoreError}. */
  accept(events: readonly AgentEvent[]): Promise<AppendResult>;
}

/**
 * `POST /hooks/alertmanager`: what Alertmanager's webhook tells becomes `alert_fired` and `alert_resolved`, one event for each alert.
 * 202 only once they are durable; Alertmanager sends again what was answered with 429 or 5xx, and nothing that is told again counts twice.
 */
export function createAlertmanagerHook(intake: AlertIntake): Router {
  const router = Router();
  router.post("/hooks/alertmanager", async (request, response) => {
    try {
      const events = readNotification(await readJson(request)).map(checked);
      const { stored, duplicates } = await intake.accept(events);
      response.status(202).json({ accepted: stored.length, duplicates });
    } catch (error) {
      refuse(error, request, response);
    }
  });
  return router;
}

async function readJson(request: Request): Promise<unknown> {
  const type = contentTypeOf(request);
  if (type !== "application/json") {
    throw new RequestError(415, `Content-Type is ${type === "" ? "missing" : type}, but has to be application/json`);
  }
  return parseJson(await readText(openBody(request), MAX_BODY_BYTES));
}

function checked(event: AgentEvent): AgentEvent {
  const parsed = parseEvent(event);
  if ("event" in parsed) return parsed.event;
  throw new RequestError(400, `an alert cannot be kept as an event: ${describeProblems(parsed.problems)}`);
}

function refuse(error: unknown, request: Request, response: Response): void {
  const { status, message } = judge(error);
  response.status(status).type("json");
  answerEarly(request, response, Buffer.from(JSON.stringify({ error: message })));
}

function judge(error: unknown): { readonly status: number; readonly message: string } {
  if (error instanceof RequestError) return error;
  if (!(error instanceof StoreError)) return { status: 500, message: "the alerts could not be taken" };
  if (error.code === "queue_full")
    return { status: 429, message: "more events wait to be kept than may; send these again later" };
  return { status: 503, message: `alerts cannot be kept at the moment: ${error.message}` };
}
