import {
  type AgentInputItem,
  type AgentOutputItem,
  type GenerationSpanData,
  type Model,
  type ModelProvider,
  type ModelRequest,
  type ModelResponse,
  Usage,
  withGenerationSpan,
} from "@openai/agents";
import { models, priceOf } from "./prices.ts";
import { type Role, roleOf } from "./roles.ts";
import { type Move, type Scene, scripts } from "./scripts.ts";
import { tokensOf } from "./tokens.ts";

/**
 * Stands in for OpenAI: its models say what the scripts say, take their time and use tokens for what they really read and write.
 * Take it out of the runner, and the same team works with real models.
 */
export class ScriptedProvider implements ModelProvider {
  readonly #cast: Cast;

  constructor(scene: Scene) {
    this.#cast = new Cast(scene);
  }

  getModel(name: string = models.usual): Model {
    return new ScriptedModel(name, this.#cast);
  }
}

/** The parts that are played in one run. */
class Cast {
  readonly scene: Scene;
  readonly #playing = new Map<Role, Generator<Move, void, void>>();
  /** What each role's last request held: the next one begins with the same text, which providers keep. */
  readonly seenTokens = new Map<Role, number>();
  #calls = 0;

  constructor(scene: Scene) {
    this.scene = scene;
  }

  next(role: Role): Move {
    const script = this.#playing.get(role) ?? scripts[role](this.scene);
    this.#playing.set(role, script);
    const { value } = script.next();
    return value ?? { say: "There is nothing left to do." };
  }

  outputOf(move: Exclude<Move, { fail: Error }>): AgentOutputItem[] {
    if ("say" in move) {
      return [{ type: "message", role: "assistant", status: "completed", content: [{ type: "output_text", text: move.say }] }];
    }
    const calls = "handTo" in move ? [{ tool: `transfer_to_${move.handTo}`, input: {} }] : move.calls;
    return calls.map(({ tool, input }) => {
      this.#calls += 1;
      const callId = `call_${this.#calls}`;
      return { type: "function_call", callId, name: tool, arguments: JSON.stringify(input), status: "completed" };
    });
  }
}

class ScriptedModel implements Model {
  readonly #name: string;
  readonly #cast: Cast;

  constructor(name: string, cast: Cast) {
    this.#name = name;
    this.#cast = cast;
  }

  getResponse(request: ModelRequest): Promise<ModelResponse> {
    // The span that every model of the SDK writes for itself.
    return withGenerationSpan(async (span) => {
      const role = roleOf(request.systemInstructions);
      const { job } = this.#cast.scene;
      Object.assign(span.spanData, { model: this.#name, input: itemsOf(request) } satisfies Partial<GenerationSpanData>);
      const move = this.#cast.next(role);
      await job.pace.wait(2);
      if ("fail" in move) throw move.fail;
      const output = this.#cast.outputOf(move);
      const usage = this.#usageOf(role, request, output);
      span.spanData.usage = usage;
      const { input_tokens: inputTokens, output_tokens: outputTokens } = usage;
      const cacheReadTokens = usage.input_tokens_details.cached_tokens;
      job.spent(role, priceOf(this.#name, { inputTokens, outputTokens, cacheReadTokens }) ?? 0);
      return { usage: new Usage({ ...usage, total_tokens: inputTokens + outputTokens }), output };
    });
  }

  // biome-ignore lint/correctness/useYield: nobody asks it to stream.
  async *getStreamedResponse(): AsyncGenerator<never> {
    throw new Error("the scripted model does not stream");
  }

  #usageOf(role: Role, request: ModelRequest, output: readonly AgentOutputItem[]) {
    const input = tokensOf(request.systemInstructions ?? "") + tokensOf(request.tools) + tokensOf(request.input);
    const seen = Math.min(input, this.#cast.seenTokens.get(role) ?? 0);
    this.#cast.seenTokens.set(role, input);
    const reasoning = this.#name === models.strong ? 60 : 0;
    return {
      input_tokens: input,
      output_tokens: tokensOf(output) + reasoning,
      input_tokens_details: { cached_tokens: seen, cache_write_tokens: Math.floor((input - seen) / 2) },
      output_tokens_details: { reasoning_tokens: reasoning },
    };
  }
}

function itemsOf({ input }: ModelRequest): Record<string, unknown>[] {
  const items: AgentInputItem[] = typeof input === "string" ? [{ role: "user", content: input }] : input;
  return items as unknown as Record<string, unknown>[];
}
