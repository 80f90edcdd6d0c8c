import { type Ends, isOver, noteEnd } from "../../folds/ends.ts";
import { putLast } from "../../folds/put-last.ts";

/** Most tasks that somebody has. */
const MAX_TASKS = 20_000;

/**
 * Who has which task. Several processes may tell of one task, so that what happened first may be told last: who has it goes by when
 * things happened, not by when they were told.
 */
export interface Hands {
  readonly byTask: Map<string, { readonly agent: string; readonly sinceMillis: number }>;
  readonly ends: Ends;
}

export function newHands(): Hands {
  return { byTask: new Map(), ends: new Map() };
}

/** Gives a task to an agent, unless it ended since, or was given to somebody else since. Tells that, and who had it before. */
export function give(
  { byTask, ends }: Hands,
  taskId: string,
  agent: string,
  sinceMillis: number,
): { readonly isGiven: boolean; readonly from?: string | undefined } {
  const held = byTask.get(taskId);
  if (isOver(ends, taskId, sinceMillis)) return { isGiven: false };
  if (held !== undefined && sinceMillis < held.sinceMillis) return { isGiven: false };
  putLast(byTask, taskId, { agent, sinceMillis }, MAX_TASKS);
  return { isGiven: true, from: held?.agent };
}

/** Whose task is queued again, and no longer theirs; nobody's where it was queued before they got it. */
export function putBack({ byTask }: Hands, taskId: string, atMillis: number): string | undefined {
  const held = byTask.get(taskId);
  if (held === undefined || atMillis <= held.sinceMillis) return undefined;
  byTask.delete(taskId);
  return held.agent;
}

/** Whose task has ended. The end is believed whatever the clocks say: a task that stays in hand for ever is the greater error. */
export function end({ byTask, ends }: Hands, taskId: string, atMillis: number): string | undefined {
  const held = byTask.get(taskId);
  byTask.delete(taskId);
  noteEnd(ends, taskId, atMillis, held !== undefined);
  return held?.agent;
}
