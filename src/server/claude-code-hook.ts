import { type Request, type Response, Router } from "express";
import type { AgentEvent } from "../events/types.ts";
import { parseEvent } from "../events/validate.ts";
import type { ClaudeCode } from "../integrations/claude-code/claude-code.ts";
import { HOOK_PATH, SERVICE_HEADER } from "../integrations/claude-code/settings.ts";
import { answerEarly } from "./ingest/answer-early.ts";
import { BodyRoom } from "./ingest/body-room.ts";
import { openBody, readText } from "./ingest/read-body.ts";
import { RequestError } from "./ingest/request-error.ts";

/** Largest call that is read, after decompression: a tool's whole input and output stand in it. */
const MAX_BODY_BYTES = 8 * 1_024 * 1_024;
/** Most bytes of all calls together that are held. */
const MAX_HELD_BYTES = 64 * 1_024 * 1_024;
/** No decision, no context, no message: Claude Code does what it would have done. */
const ANSWER = Buffer.from("{}");

export interface HookIntake {
  /** Takes an event that nobody waits for; what cannot be kept is counted. */
  offer(event: AgentEvent): void;
  /** Something was refused; counted by its reason. */
  refused(reason: string): void;
}

/**
 * `POST /hooks/claude-code`: calls of Claude Code's hooks become events. Each call holds Claude Code up until it is answered, so the answer
 * goes out before anything is made of it, and it is 200 and `{}` whatever happens: nothing that goes wrong here may change what an agent
 * does. What is lost is counted.
 */
export function createClaudeCodeHook(claudeCode: ClaudeCode, intake: HookIntake): Router {
  const router = Router();
  const room = new BodyRoom(MAX_HELD_BYTES);
  router.post(HOOK_PATH, async (request, response) => {
    const held = room.enter();
    try {
      const body = await readText(openBody(request), MAX_BODY_BYTES, held);
      answer(response);
      for (const event of read(body, request, claudeCode, intake)) intake.offer(event);
    } catch (error) {
      intake.refused(reasonOf(error));
      if (!response.headersSent) answerEarly(request, answering(response), ANSWER);
    } finally {
      held.release();
    }
  });
  return router;
}

function read(body: string, request: Request, claudeCode: ClaudeCode, intake: HookIntake): AgentEvent[] {
  const service = request.get(SERVICE_HEADER);
  const drafts = claudeCode.readHook(JSON.parse(body), service === "" ? undefined : service);
  return drafts.flatMap((draft) => {
    const parsed = parseEvent(draft);
    if ("event" in parsed) return [parsed.event];
    intake.refused(parsed.reason);
    return [];
  });
}

function answer(response: Response): void {
  answering(response).end(ANSWER);
}

function answering(response: Response): Response {
  return response.status(200).type("application/json");
}

function reasonOf(error: unknown): string {
  if (!(error instanceof RequestError)) return "unreadable";
  if (error.status === 413) return "too_large";
  return error.status === 429 ? "busy" : "unreadable";
}
