import { simulateReadableStream } from "ai";
import { MockLanguageModelV4 } from "ai/test";

type Answer = Awaited<ReturnType<MockLanguageModelV4["doGenerate"]>>;
type Content = Answer["content"][number];
type Stream = Awaited<ReturnType<MockLanguageModelV4["doStream"]>>["stream"];
type StreamPart = Stream extends ReadableStream<infer Part> ? Part : never;
type CallOptions = Parameters<MockLanguageModelV4["doGenerate"]>[0];

/** What the model does at one request: answers with parts, or fails. */
export type Step = readonly Content[] | Error | ((options: CallOptions) => Promise<readonly Content[]>);

export interface ScriptedUsage {
  readonly input: number;
  readonly output: number;
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
  readonly reasoning?: number;
}

export interface ScriptedOptions {
  readonly usage?: ScriptedUsage;
  readonly provider?: string;
  readonly name?: string;
  /** Before each part of a stream. */
  readonly delayMillis?: number;
}

let calls = 0;

export const say = (text: string): Content => ({ type: "text", text });

export function call(toolName: string, input: Readonly<Record<string, unknown>> = {}): Content {
  calls += 1;
  return { type: "tool-call", toolCallId: `call_${calls}`, toolName, input: JSON.stringify(input) };
}

/** A model that plays a script, whole or as a stream. */
export function scripted(steps: readonly Step[], options: ScriptedOptions = {}): MockLanguageModelV4 {
  const { usage = { input: 10, output: 5 }, provider = "openai.responses", name = "gpt-5", delayMillis = 0 } = options;
  const left = [...steps];
  const play = async (call: CallOptions) => {
    const step = left.shift();
    if (step === undefined) throw new Error("the script is at its end");
    if (step instanceof Error) throw step;
    const content = typeof step === "function" ? await step(call) : step;
    const unified = content.some(({ type }) => type === "tool-call") ? ("tool-calls" as const) : ("stop" as const);
    return { content: [...content], finishReason: { unified, raw: unified }, usage: usageOf(usage) };
  };
  return new MockLanguageModelV4({
    provider,
    modelId: name,
    doGenerate: async (options) => ({ ...(await play(options)), warnings: [] }),
    doStream: async (options) => {
      const { content, finishReason, usage: used } = await play(options);
      const chunks: StreamPart[] = [{ type: "stream-start", warnings: [] }];
      for (const [index, part] of content.entries()) chunks.push(...chunksOf(part, String(index)));
      chunks.push({ type: "finish", finishReason, usage: used });
      return { stream: simulateReadableStream({ chunks, initialDelayInMs: delayMillis, chunkDelayInMs: delayMillis }) };
    },
  });
}

/** A model whose streams are as given. */
export function streaming(...streams: readonly (() => Stream)[]): MockLanguageModelV4 {
  const left = [...streams];
  const doStream = async () => {
    const stream = left.shift()?.();
    if (stream === undefined) throw new Error("the script is at its end");
    return { stream };
  };
  return new MockLanguageModelV4({ provider: "openai.responses", modelId: "gpt-5", doStream });
}

export const streamOf = (...chunks: StreamPart[]): Stream => simulateReadableStream({ chunks, chunkDelayInMs: 0 });

function chunksOf(part: Content, id: string): StreamPart[] {
  if (part.type !== "text") return [part as StreamPart];
  const deltas = part.text.split(/(?<= )/).map((delta): StreamPart => ({ type: "text-delta", id, delta }));
  return [{ type: "text-start", id }, ...deltas, { type: "text-end", id }];
}

export function usageOf({ input, output, cacheRead, cacheWrite, reasoning }: ScriptedUsage): Answer["usage"] {
  return {
    inputTokens: { total: input, noCache: input - (cacheRead ?? 0) - (cacheWrite ?? 0), cacheRead, cacheWrite },
    outputTokens: { total: output, text: output - (reasoning ?? 0), reasoning },
  };
}
