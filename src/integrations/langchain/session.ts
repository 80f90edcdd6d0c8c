import { textIn } from "../property.ts";
import type { Metadata } from "./options.ts";

/** The conversation that a run belongs to: LangGraph's thread, or whatever the caller noted. */
export function sessionOf(metadata: Metadata): { readonly sessionId?: string } {
  const sessionId = textIn(metadata, "thread_id", "session_id", "sessionId", "conversation_id");
  return sessionId === undefined ? {} : { sessionId };
}
