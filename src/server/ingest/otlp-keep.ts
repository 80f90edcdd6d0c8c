import { setImmediate as nextTurn } from "node:timers/promises";
import type { AgentEvent, EventInput } from "../../events/types.ts";
import { describeProblems, parseEvent } from "../../events/validate.ts";
import { redactText } from "../../redaction/redact-text.ts";
import type { EventsIntake } from "./events-router.ts";

/** Events that are checked before other requests have their turn. */
const EVENTS_PER_TURN = 1_000;

/** Which drafts could not be kept, by place, and why the first of them not. */
export interface Kept {
  readonly refused: readonly number[];
  readonly message: string | undefined;
}

/**
 * Checks what was translated, and keeps it. Resolves once it is durable.
 *
 * @throws StoreError where it cannot be kept; then none of it counts
 */
export async function keepDrafts(drafts: readonly EventInput[], intake: EventsIntake): Promise<Kept> {
  const refused: number[] = [];
  let message: string | undefined;
  const events: AgentEvent[] = [];
  const places: number[] = [];
  for (const [place, draft] of drafts.entries()) {
    if (place % EVENTS_PER_TURN === EVENTS_PER_TURN - 1) await nextTurn();
    const parsed = parseEvent(draft);
    if ("event" in parsed) {
      events.push(parsed.event);
      places.push(place);
      continue;
    }
    intake.refused(parsed.reason);
    refused.push(place);
    message ??= redactText(describeProblems(parsed.problems));
  }
  if (events.length === 0) return { refused, message };
  const { rejected } = await intake.accept(events);
  for (const { index, message: why } of rejected) {
    refused.push(places[index] as number);
    message ??= why;
  }
  return { refused, message };
}
