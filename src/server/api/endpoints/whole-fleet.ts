import { setImmediate as nextTurn } from "node:timers/promises";
import { wholeList } from "../../../views/parts/page.ts";
import type { ApiContext } from "../endpoint.ts";

/** Everybody and everything there is. All of them are tens of thousands, so each kind has a turn of its own. */
export async function wholeFleet({ views }: ApiContext) {
  // Tasks first, so that whoever has one is there.
  const { tasks } = views.read("tasks", wholeList);
  await nextTurn();
  const { agents } = views.read("agents", wholeList);
  await nextTurn();
  return { agents, tasks, ...views.read("projects", {}) };
}
