import { z } from "zod";
import { eventTypes } from "../../events/families.ts";
import { isSignOfLife } from "../../folds/sign-of-life.ts";
import { byId, nextCursor, pageOf, pageQuery } from "../parts/page.ts";
import { defineView } from "../view.ts";
import type { State } from "./agent.ts";
import { agentAnswer, answerOf } from "./answer.ts";
import { applyEvent } from "./apply.ts";
import { newHands } from "./hands.ts";

/** Who is there and how each agent is doing: told by any event that names it. */
export const agentsView = defineView({
  summary: "Every agent: what it is, what it has in hand, what it did last, how well and how fast.",
  version: 6,
  types: eventTypes.filter(isSignOfLife),
  query: z.strictObject({ service: z.string().optional(), agent: z.string().optional().describe("Name, or id."), ...pageQuery }),
  answer: z.object({ agents: z.array(agentAnswer), nextCursor }),
  initial: (): State => ({ agents: new Map(), hands: newHands(), earlyEndsMillis: new Map(), held: 0 }),
  apply: applyEvent,
  read({ agents }, { service, agent: wanted, ...asked }, now) {
    const all = Array.from(agents, ([id, agent]) => ({ id, agent }))
      .filter(({ agent }) => service === undefined || agent.service === service)
      .filter(({ id, agent: { name, agentId } }) => wanted === undefined || [id, name, agentId].includes(wanted))
      .sort(byId);
    const { page, ...next } = pageOf(all, asked);
    return { agents: page.map(({ agent }) => answerOf(agent, now)), ...next };
  },
});
