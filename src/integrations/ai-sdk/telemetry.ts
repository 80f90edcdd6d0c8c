import type { Telemetry } from "ai";
import type { Face } from "../../instrument/face.ts";
import type { Ending } from "../ending.ts";
import { Guard } from "../guard.ts";
import { brokenOff, WELL } from "./ending.ts";
import type {
  AbortEvent,
  AnyEvent,
  EmbeddingEndEvent,
  EmbeddingStartEvent,
  EndEvent,
  ErrorEvent,
  ModelEndEvent,
  ModelStartEvent,
  ObjectStepEndEvent,
  ObjectStepStartEvent,
  StartEvent,
  StepErrorEvent,
  ToolEndEvent,
  ToolStartEvent,
} from "./events.ts";
import { modelError } from "./model-error.ts";
import type { AiSdkOptions } from "./options.ts";
import { tellProvidedTools, toolEnding } from "./reading.ts";
import { Run } from "./run.ts";
import { Runs } from "./runs.ts";
import { StreamWatch } from "./stream-watch.ts";

/** Calls that are an agent at work, and calls that an agent makes; the SDK's others (speech, images, ranking) are passed by. */
const AGENT_CALLS = new Set(["ai.generateText", "ai.streamText", "ai.generateObject", "ai.streamObject"]);
const EMBEDDING_CALLS = new Set(["ai.embed", "ai.embedMany"]);

/** Follows the SDK's calls. Whatever goes wrong in here, the SDK does not notice. */
export class CrowsnestTelemetry implements Telemetry {
  readonly #crowsnest: Face;
  readonly #options: AiSdkOptions;
  readonly #runs: Runs;
  readonly #guard: Guard;
  readonly #streams = new StreamWatch();
  #isDetached = false;

  constructor(crowsnest: Face, options: AiSdkOptions, runs: Runs = new Runs(crowsnest)) {
    this.#crowsnest = crowsnest;
    this.#options = options;
    this.#runs = runs;
    this.#guard = new Guard(crowsnest, "crowsnest/ai-sdk");
  }

  /** From now on, no call that begins is followed; those under way are followed to their end. */
  detach(): void {
    this.#isDetached = true;
  }

  onStart(event: StartEvent): void {
    const { callId, operationId, provider, modelId, functionId, runtimeContext = {}, tools } = event;
    const isAgent = AGENT_CALLS.has(operationId);
    if (this.#isDetached || !(isAgent || EMBEDDING_CALLS.has(operationId))) return;
    const call = { operationId, functionId, provider, modelId, runtimeContext };
    const details = { isAgent, tools: Object.keys(tools ?? {}) };
    this.#guard.run(() => this.#runs.open(callId, () => new Run(this.#crowsnest, this.#options, call, details)));
  }

  onLanguageModelCallStart(event: ModelStartEvent): void {
    const { provider, modelId, messages } = event;
    this.#follow(event, (run) => run.models.start({ provider, modelId, input: messages }));
  }

  executeLanguageModelCall<T>(call: { readonly callId: string; readonly execute: () => PromiseLike<T> }): PromiseLike<T> {
    const models = this.#runs.find(call.callId)?.models;
    if (models === undefined) return call.execute();
    return models.attempt(call.execute, (answer, isOpen) =>
      // A stream that nobody can read any more never tells that it ended.
      this.#streams.whenForgotten(answer, () => this.#guard.run(() => isOpen() && this.#runs.giveUp(call.callId))),
    );
  }

  onLanguageModelCallEnd(event: ModelEndEvent): void {
    this.#follow(event, (run) => {
      const { finishReason, usage, performance, content } = event;
      run.models.end({ finishReason, usage, timeToFirstOutputMillis: performance.timeToFirstOutputMs, output: content });
      tellProvidedTools(run.tools, content);
    });
  }

  /** The one model call of `generateObject` and `streamObject`. */
  onObjectStepStart(event: ObjectStepStartEvent): void {
    const { provider, modelId, promptMessages } = event;
    this.#follow(event, (run) => run.models.start({ provider, modelId, input: promptMessages }));
  }

  onObjectStepEnd(event: ObjectStepEndEvent): void {
    const { finishReason, usage, msToFirstChunk, objectText } = event;
    const answer = { finishReason, usage, timeToFirstOutputMillis: msToFirstChunk, output: objectText };
    this.#follow(event, (run) => run.models.end(answer));
  }

  onToolExecutionStart(event: ToolStartEvent): void {
    this.#follow(event, (run) => run.tools.start(event.toolCall));
  }

  executeTool<T>(call: {
    readonly callId: string;
    readonly toolCallId: string;
    readonly execute: () => PromiseLike<T>;
  }): PromiseLike<T> {
    return this.#runs.find(call.callId)?.tools.execute(call.toolCallId, call.execute) ?? call.execute();
  }

  onToolExecutionEnd(event: ToolEndEvent): void {
    const { toolCall, toolOutput } = event;
    this.#follow(event, (run) => run.tools.end(toolCall.toolCallId, toolEnding(toolOutput), toolOutput.output));
  }

  onEmbedStart(event: EmbeddingStartEvent): void {
    this.#follow(event, (run) => run.embeddings.start(event));
  }

  onEmbedEnd(event: EmbeddingEndEvent): void {
    this.#follow(event, (run) => run.embeddings.end(event.embedCallId, event.usage.tokens));
  }

  /** A stream can end after an error without its model call having ended. */
  onStepEnd(event: AnyEvent): void {
    this.#follow(event, (run) => run.models.close({ error: modelError() }));
  }

  onStepError(event: StepErrorEvent): void {
    this.#follow(event, (run) => run.models.close({ error: event.error }));
  }

  onEnd(event: EndEvent): void {
    this.#close(event, event.finishReason === "error" ? { error: modelError() } : WELL);
  }

  onAbort(event: AbortEvent): void {
    this.#close(event, brokenOff(event.reason));
  }

  onError(event: unknown): void {
    const { callId, error } = event as ErrorEvent;
    this.#close({ callId }, { error });
  }

  #follow({ callId }: AnyEvent, tell: (run: Run) => void): void {
    this.#guard.run(() => {
      const run = this.#runs.find(callId);
      if (run !== undefined) tell(run);
    });
  }

  #close({ callId }: AnyEvent, ending: Ending): void {
    this.#guard.run(() => this.#runs.take(callId)?.close(ending));
  }
}
