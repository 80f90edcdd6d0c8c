import { SpanKind } from "@opentelemetry/api";
import { attribute } from "../../tracing/semconv.ts";
import { cleanAmount, cleanCount, cleanName, cleanText } from "../clean.ts";
import { cleanContent } from "../content.ts";
import { type OperationKind, type WorkHandle, workHandle } from "../operation.ts";
import { type CorrelationOptions, readIds } from "./ids.ts";

export interface ModelCallOptions extends CorrelationOptions {
  /** Name of the agent that calls. @default the agent whose work it is part of */
  readonly agent?: string;
  /** Such as `openai` or `anthropic`. */
  readonly provider: string;
  readonly model: string;
  /** Which tier a router put it in, such as `weak`, `base` or `strong`. */
  readonly tier?: string;
  /** The prompt: text, or messages as they are. Kept only with `captureContent`. */
  readonly input?: unknown;
}

/** Tokens as providers count them: input includes the cached ones, output the reasoning ones. */
export interface TokenUsage {
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly cacheReadTokens?: number;
  readonly cacheWriteTokens?: number;
  readonly reasoningTokens?: number;
}

export interface ModelCallHandle extends WorkHandle {
  /** What the call used; the last call counts. */
  usage(usage: TokenUsage): void;
  /** What the call cost, in US dollars; without it, that is worked out from the usage where the model's prices are known. */
  cost(usd: number): void;
  /** The first token of a streamed answer is here, or was so many seconds after the call began. */
  firstToken(afterSeconds?: number): void;
  /** The answer: text, or what the provider gave back. Kept only with `captureContent`. */
  output(value: unknown): void;
  /** Why the model stopped, such as `stop` or `length`. */
  finish(reason: string): void;
}

/** A call of a model. */
export const modelCallKind: OperationKind<ModelCallOptions, ModelCallHandle> = {
  label: "model call",
  guarded: true,
  draft(options, outer, { report, price, captureContent }) {
    const agent = cleanName(options.agent ?? outer.agent, "a model call's agent", report, "missing_agent");
    const provider = cleanName(options.provider, "a model call's provider", report);
    const model = cleanName(options.model, "a model call's model", report);
    const tier = options.tier === undefined ? undefined : cleanName(options.tier, "a model call's tier", report);
    const startedAt = performance.now();
    let usage: Record<keyof TokenUsage, number | undefined> | undefined;
    let costUsd: number | undefined;
    let timeToFirstTokenSeconds: number | undefined;
    let finishReason: string | undefined;
    const input = cleanContent(options.input, captureContent);
    let output: string | undefined;
    return {
      spanName: `chat ${model}`,
      kind: SpanKind.CLIENT,
      attributes: {
        [attribute.operationName]: "chat",
        [attribute.providerName]: provider,
        [attribute.requestModel]: model,
        [attribute.agentName]: agent,
        ...(tier === undefined ? {} : { [attribute.modelTier]: tier }),
      },
      own: { ...readIds(options, report), agent },
      end({ outcome, timed, failure }, span) {
        span.set(attribute.inputTokens, usage?.inputTokens);
        span.set(attribute.outputTokens, usage?.outputTokens);
        span.set(attribute.cacheReadTokens, usage?.cacheReadTokens);
        span.set(attribute.cacheWriteTokens, usage?.cacheWriteTokens);
        span.set(attribute.reasoningTokens, usage?.reasoningTokens);
        const estimate = costUsd === undefined ? price?.({ provider, model, ...usage }, Date.now()) : undefined;
        const cost = estimate === undefined ? { costUsd } : { costUsd: estimate, costIsEstimated: true };
        span.set(attribute.costUsd, cost.costUsd);
        span.set(attribute.costIsEstimated, cost.costIsEstimated);
        const call = { provider, model, tier, outcome, ...cost, timeToFirstTokenSeconds, finishReason, input, output };
        return { type: "model_called", data: { ...timed, ...failure, ...usage, ...call } };
      },
      handle: (operation) => ({
        ...workHandle(operation),
        usage(given) {
          const tokens = (key: keyof TokenUsage) => cleanCount(given?.[key], `a model call's ${key}`, report);
          usage = {
            inputTokens: tokens("inputTokens"),
            outputTokens: tokens("outputTokens"),
            cacheReadTokens: tokens("cacheReadTokens"),
            cacheWriteTokens: tokens("cacheWriteTokens"),
            reasoningTokens: tokens("reasoningTokens"),
          };
        },
        cost(usd) {
          costUsd = cleanAmount(usd, "a model call's cost", report) ?? costUsd;
        },
        firstToken(afterSeconds) {
          const given = cleanAmount(afterSeconds, "a model call's time to its first token", report);
          timeToFirstTokenSeconds ??= given ?? (performance.now() - startedAt) / 1_000;
        },
        output(value) {
          output = cleanContent(value, captureContent);
        },
        finish(reason) {
          finishReason = cleanText(reason)?.slice(0, 200) || undefined;
        },
      }),
    };
  },
};
