import type { AgentSpanData } from "@openai/agents";
import { noteToldInside } from "../../../instrument/face.ts";
import { failureOf, settle } from "../failure.ts";
import type { Mapping } from "../mapping.ts";

/** An agent at work. Where a handoff brought it to work, that handoff lasts until the agent has answered. */
export const mapAgent: Mapping<AgentSpanData> = (data, { crowsnest, trace, handoffs, inside, parentId }) => {
  const handoff = handoffs.take(parentId, data.name);
  const run = crowsnest.begin(
    "agentRun",
    {
      agent: data.name,
      // The SDK often fills these in later, when the event is told.
      ...(data.tools === undefined || data.tools.length === 0 ? {} : { tools: data.tools }),
      ...(trace.sessionId === undefined ? {} : { sessionId: trace.sessionId }),
    },
    handoff ?? inside,
  );
  return {
    work: run,
    agent: data.name,
    run: parentId,
    end(error) {
      const failure = failureOf(error, "AgentError");
      settle(run, failure);
      if (handoff !== undefined) settle(handoff, failure);
      if (failure === undefined) return;
      trace.hasToldError = true;
      // The SDK throws the same error out of the run next.
      noteToldInside(inside);
    },
  };
};
