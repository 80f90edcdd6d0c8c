import type { TurnSpanData } from "@openai/agents";
import { within } from "../../within.ts";
import { type Mapping, secondsSince } from "../mapping.ts";

/** One turn of an agent: a request to its model and what follows from it. Nothing is counted, but watchers see that it moves on. */
export const mapTurn: Mapping<TurnSpanData> = (data, { crowsnest, trace, inside, startedUnixMillis }) => ({
  end(error) {
    const step = {
      step: "turn",
      status: error === null ? ("completed" as const) : ("failed" as const),
      stepIndex: Math.max(0, data.turn - 1),
      durationSeconds: secondsSince(startedUnixMillis),
      ...(trace.isWorkflow ? { runId: trace.id } : {}),
    };
    within(inside, () => crowsnest.emit({ type: "step_progressed", data: step }));
  },
});
