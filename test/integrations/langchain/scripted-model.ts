import { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { AIMessage, AIMessageChunk, type BaseMessage, type UsageMetadata } from "@langchain/core/messages";
import { ChatGenerationChunk, type ChatResult } from "@langchain/core/outputs";
import type { Runnable } from "@langchain/core/runnables";

export interface ToolCall {
  readonly name: string;
  readonly args: Record<string, unknown>;
}

/** What the model does at one request: says something, calls tools, or fails. */
export type Step = string | readonly ToolCall[] | Error | ((messages: readonly BaseMessage[]) => Promise<string>);

export interface ScriptedOptions {
  readonly usage?: UsageMetadata;
  readonly provider?: string;
  readonly name?: string;
  /** Before each part of a stream. */
  readonly delayMillis?: number;
}

const USAGE: UsageMetadata = { input_tokens: 10, output_tokens: 5, total_tokens: 15 };

export const call = (name: string, args: Record<string, unknown> = {}): ToolCall => ({ name, args });

let calls = 0;

/** A chat model that plays a script and says of itself what LangChain's own models say. */
export class ScriptedModel extends BaseChatModel {
  readonly left: Step[];
  readonly #options: ScriptedOptions;

  constructor(steps: readonly Step[], options: ScriptedOptions = {}) {
    super({});
    this.left = [...steps];
    this.#options = options;
  }

  override _llmType(): string {
    return "scripted";
  }

  override bindTools(): Runnable<never, AIMessageChunk> {
    return this as unknown as Runnable<never, AIMessageChunk>;
  }

  override getLsParams() {
    const { provider = "openai", name = "gpt-5" } = this.#options;
    return { ls_provider: provider, ls_model_name: name, ls_model_type: "chat" as const };
  }

  override async _generate(messages: BaseMessage[]): Promise<ChatResult> {
    const message = await this.#answer(messages);
    return { generations: [{ text: String(message.content), message }] };
  }

  override async *_streamResponseChunks(
    messages: BaseMessage[],
    _options: this["ParsedCallOptions"],
    runManager?: { handleLLMNewToken(token: string): Promise<void> },
  ): AsyncGenerator<ChatGenerationChunk> {
    const answer = await this.#answer(messages);
    for (const text of String(answer.content).split(/(?<= )/)) {
      await new Promise((resolve) => setTimeout(resolve, this.#options.delayMillis ?? 1));
      await runManager?.handleLLMNewToken(text);
      yield new ChatGenerationChunk({ text, message: new AIMessageChunk({ content: text }) });
    }
    const { usage_metadata, response_metadata, tool_calls } = answer;
    const last = {
      content: "",
      response_metadata,
      ...(tool_calls ? { tool_calls } : {}),
      ...(usage_metadata ? { usage_metadata } : {}),
    };
    yield new ChatGenerationChunk({ text: "", message: new AIMessageChunk(last) });
  }

  async #answer(messages: readonly BaseMessage[]): Promise<AIMessage> {
    const step = this.left.shift();
    if (step === undefined) throw new Error("the script is at its end");
    if (step instanceof Error) throw step;
    const said = typeof step === "function" ? await step(messages) : step;
    return Object.assign(answer(said), { usage_metadata: this.#options.usage ?? USAGE });
  }
}

function answer(said: string | readonly ToolCall[]): AIMessage {
  if (typeof said === "string") return new AIMessage({ content: said, response_metadata: { finish_reason: "stop" } });
  const tool_calls = said.map(({ name, args }) => ({ name, args, id: `call_${++calls}`, type: "tool_call" as const }));
  return new AIMessage({ content: "", tool_calls, response_metadata: { finish_reason: "tool_calls" } });
}

export function scripted(steps: readonly Step[], options?: ScriptedOptions): ScriptedModel {
  return new ScriptedModel(steps, options);
}
