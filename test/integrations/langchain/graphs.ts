import type { RunnableConfig } from "@langchain/core/runnables";
import { END, MessagesAnnotation, START, StateGraph } from "@langchain/langgraph";
import type { AgentEvent, EventOf } from "crowsnest";
import { type ScriptedOptions, type Step, scripted } from "./scripted-model.ts";

export type State = typeof MessagesAnnotation.State;

export const question = { messages: [["user", "hi"]] } as unknown as State;

/** A node that asks its own model once in each run. */
export function talker(steps: readonly Step[], options?: ScriptedOptions) {
  const model = scripted(steps, options);
  return async ({ messages }: State, _config?: RunnableConfig) => ({ messages: [await model.invoke(messages)] });
}

/** A node that calls no model. */
export const passOn = async (): Promise<Partial<State>> => ({ messages: [] });

/** Plans, writes, has it checked by a function, and writes again until the review is fine. */
export function newsroom(name = "newsroom") {
  let rounds = 0;
  return new StateGraph(MessagesAnnotation)
    .addNode("planner", talker(["a plan"]))
    .addNode("writer", talker(["a draft", "a better draft"]))
    .addNode("spelling", passOn)
    .addNode("critic", talker(["no", "yes"]))
    .addEdge(START, "planner")
    .addConditionalEdges("planner", () => "writer")
    .addEdge("writer", "spelling")
    .addEdge("spelling", "critic")
    .addConditionalEdges("critic", () => (++rounds < 2 ? "writer" : END))
    .compile({ name });
}

/** `from → to` of each handoff that has ended. */
export function pairs(handoffs: readonly EventOf<"handoff_completed">[]): string[] {
  return handoffs.map(({ data }) => `${data.fromAgent} → ${data.toAgent}`);
}

export function agentsOf(events: readonly AgentEvent[]): (string | undefined)[] {
  return events.map(({ agent }) => agent);
}
