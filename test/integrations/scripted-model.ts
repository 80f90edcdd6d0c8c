import { type Model, type ModelRequest, type protocol, type StreamEvent, Usage, withGenerationSpan } from "@openai/agents";

/** What the model answers with. */
export type Answer = (protocol.AssistantMessageItem | protocol.FunctionCallItem)[];

/** What the model does at one request: answers, or fails. */
export type Step = Answer | Error | ((request: ModelRequest) => Promise<Answer>);

export interface ScriptedUsage {
  readonly input: number;
  readonly output: number;
  readonly cached?: number;
  readonly cacheWrite?: number;
  readonly reasoning?: number;
}

const USAGE: ScriptedUsage = { input: 10, output: 5 };

let calls = 0;

export function call(name: string, input: Readonly<Record<string, unknown>> = {}): protocol.FunctionCallItem {
  calls += 1;
  return { type: "function_call", callId: `call_${calls}`, name, arguments: JSON.stringify(input), status: "completed" };
}

export function say(text: string): protocol.AssistantMessageItem {
  return { type: "message", role: "assistant", status: "completed", content: [{ type: "output_text", text }] };
}

export const handTo = (agent: string): protocol.FunctionCallItem => call(`transfer_to_${agent}`);

/** A model that plays a script, and writes the span that the SDK's own models write. */
export function scripted(
  steps: readonly Step[],
  { name = "gpt-5", usage = USAGE }: { name?: string; usage?: ScriptedUsage } = {},
): Model {
  const left = [...steps];
  const details = {
    input_tokens_details: { cached_tokens: usage.cached ?? 0, cache_write_tokens: usage.cacheWrite ?? 0 },
    output_tokens_details: { reasoning_tokens: usage.reasoning ?? 0 },
  };
  const answer = (request: ModelRequest) =>
    withGenerationSpan(async (span) => {
      span.spanData.model = name;
      const step = left.shift();
      if (step === undefined) throw new Error("the script is at its end");
      if (step instanceof Error) throw step;
      const output = typeof step === "function" ? await step(request) : step;
      span.spanData.usage = { input_tokens: usage.input, output_tokens: usage.output, ...details };
      const total = { inputTokens: usage.input, outputTokens: usage.output, totalTokens: usage.input + usage.output };
      return { output, usage: new Usage({ ...total, ...details }) };
    });
  return {
    getResponse: answer,
    async *getStreamedResponse(request): AsyncGenerator<StreamEvent> {
      const { output } = await answer(request);
      const tokens = { inputTokens: usage.input, outputTokens: usage.output, totalTokens: usage.input + usage.output };
      yield { type: "response_done", response: { id: "response-1", output, usage: tokens } };
    },
  };
}
