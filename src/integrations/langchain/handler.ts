import { BaseCallbackHandler } from "@langchain/core/callbacks/base";
import type { Serialized } from "@langchain/core/load/serializable";
import type { BaseMessage } from "@langchain/core/messages";
import type { LLMResult } from "@langchain/core/outputs";
import type { Face } from "../../instrument/face.ts";
import { Guard } from "../guard.ts";
import { property } from "../property.ts";
import { Agents } from "./agents.ts";
import { Chains } from "./chains.ts";
import { readThrown } from "./ending.ts";
import { type ModelStart, Models } from "./models.ts";
import type { OpenRuns } from "./open-runs.ts";
import type { LangChainOptions, Metadata } from "./options.ts";
import type { Run } from "./run.ts";
import { Tools } from "./tools.ts";

const NOTHING: Metadata = {};

/**
 * Follows the framework's runs. It is awaited, and so called right where a run begins, whatever `LANGCHAIN_CALLBACKS_BACKGROUND`
 * says: otherwise it would be called in the async context of some other run. Whatever goes wrong in here, the framework does not
 * notice.
 */
export class CrowsnestHandler extends BaseCallbackHandler {
  readonly name = "crowsnest";
  override readonly awaitHandlers = true;
  override readonly raiseError = false;
  override readonly ignoreCustomEvent = true;
  readonly #runs: OpenRuns;
  readonly #guard: Guard;
  readonly #agents: Agents;
  readonly #chains: Chains;
  readonly #models: Models;
  readonly #tools: Tools;

  constructor(crowsnest: Face, options: LangChainOptions, runs: OpenRuns) {
    super();
    const agents = new Agents(crowsnest, options);
    this.#agents = agents;
    this.#runs = runs;
    this.#guard = new Guard(crowsnest, "crowsnest/langchain");
    this.#chains = new Chains(crowsnest, agents);
    this.#models = new Models(crowsnest, options, agents);
    this.#tools = new Tools(crowsnest);
  }

  /** It holds what is open, so every run has to have the same one. */
  override copy(): this {
    return this;
  }

  // The parameters are in the order in which the framework gives them, which its declaration has otherwise.
  override handleChainStart(
    chain: Serialized,
    _inputs: unknown,
    runId: string,
    parentRunId?: string,
    tags?: string[],
    metadata?: Record<string, unknown>,
    _runType?: string,
    runName?: string,
  ): void {
    this.#start({ of: chain, runId, parentRunId, metadata, runName }, (run) =>
      this.#chains.start(run, { kind: property(chain, "id"), tags: tags ?? [] }),
    );
  }

  override handleChainEnd(outputs: unknown, runId: string): void {
    this.#end(runId, outputs);
  }

  override handleChainError(error: unknown, runId: string): void {
    this.#fail(runId, error);
  }

  override handleChatModelStart(
    llm: Serialized,
    messages: BaseMessage[][],
    runId: string,
    parentRunId?: string,
    extraParams?: Record<string, unknown>,
    _tags?: string[],
    metadata?: Record<string, unknown>,
    runName?: string,
  ): void {
    this.#startModel({ of: llm, runId, parentRunId, metadata, runName }, extraParams, messages[0]);
  }

  override handleLLMStart(
    llm: Serialized,
    prompts: string[],
    runId: string,
    parentRunId?: string,
    extraParams?: Record<string, unknown>,
    _tags?: string[],
    metadata?: Record<string, unknown>,
    runName?: string,
  ): void {
    this.#startModel({ of: llm, runId, parentRunId, metadata, runName }, extraParams, prompts[0]);
  }

  override handleLLMNewToken(_token: string, _indices: unknown, runId: string): void {
    this.#heard(runId);
  }

  override handleChatModelStreamEvent(_event: unknown, runId: string): void {
    this.#heard(runId);
  }

  override handleLLMEnd(output: LLMResult, runId: string): void {
    this.#end(runId, output);
  }

  override handleLLMError(error: unknown, runId: string): void {
    this.#fail(runId, error);
  }

  override handleToolStart(
    tool: Serialized,
    input: string,
    runId: string,
    parentRunId?: string,
    _tags?: string[],
    metadata?: Record<string, unknown>,
    runName?: string,
    callId?: string,
  ): void {
    this.#start({ of: tool, runId, parentRunId, metadata, runName }, (run) =>
      this.#tools.start(run, { toolType: "function", input, callId }),
    );
  }

  override handleToolEnd(output: unknown, runId: string): void {
    this.#end(runId, output);
  }

  override handleToolError(error: unknown, runId: string): void {
    this.#fail(runId, error);
  }

  override handleRetrieverStart(
    retriever: Serialized,
    query: string,
    runId: string,
    parentRunId?: string,
    _tags?: string[],
    metadata?: Record<string, unknown>,
    runName?: string,
  ): void {
    this.#start({ of: retriever, runId, parentRunId, metadata, runName }, (run) =>
      this.#tools.start(run, { toolType: "retriever", input: query }),
    );
  }

  override handleRetrieverEnd(documents: unknown, runId: string): void {
    this.#end(runId, documents);
  }

  override handleRetrieverError(error: unknown, runId: string): void {
    this.#fail(runId, error);
  }

  #startModel(told: ToldStart, extra: unknown, input: ModelStart["input"]): void {
    const className = classOf(told.of);
    this.#start(told, (run) => this.#models.start(run, { className, params: property(extra, "invocation_params"), input }));
  }

  #start({ of, runId, parentRunId, metadata = NOTHING, runName }: ToldStart, begin: (run: Run) => void): void {
    this.#guard.run(() => {
      const run = this.#runs.start({ id: runId, name: runName || classOf(of), metadata }, parentRunId);
      if (run === undefined) return;
      run.beforeInside = () => this.#agents.demand(run);
      begin(run);
    });
  }

  #heard(runId: string): void {
    const run = this.#runs.find(runId);
    if (run !== undefined) this.#models.heard(run);
  }

  #end(runId: string, output: unknown): void {
    this.#guard.run(() => this.#runs.end(runId, () => ({ outcome: "success", output })));
  }

  #fail(runId: string, error: unknown): void {
    this.#guard.run(() => this.#runs.end(runId, (run) => readThrown(error, run)));
  }
}

/** What the framework tells of any run that begins. */
interface ToldStart {
  readonly of: Serialized;
  readonly runId: string;
  readonly parentRunId: string | undefined;
  readonly metadata: Record<string, unknown> | undefined;
  readonly runName: string | undefined;
}

/** The name of the class that runs. */
function classOf(of: unknown): string {
  const id = property(of, "id");
  const name: unknown = Array.isArray(id) ? id.at(-1) : undefined;
  return typeof name === "string" && name !== "" ? name : "run";
}
