import type { TaskSpanData, TurnSpanData } from "@openai/agents";
import { type Mapping, secondsSince, within } from "../mapping.ts";

/** One call of the SDK's `run`, which it calls a task. Work of its own it is none: its agents and their tokens are told themselves. */
export const mapRun: Mapping<TaskSpanData> = (_data, { trace, parentId }) => ({
  end(error) {
    if (parentId === trace.id) trace.lastError = error;
  },
});

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
