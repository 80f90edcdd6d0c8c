import type { Face, Work } from "../../instrument/face.ts";
import { type ToolCallHandle, toolCallIn } from "../../instrument/kinds/tool-call.ts";
import type { Scope } from "../../instrument/scope.ts";
import { type Ending, settle } from "../ending.ts";
import type { Inside } from "./inside.ts";

export interface ToolInfo {
  readonly toolCallId: string;
  readonly toolName: string;
  readonly input?: unknown;
}

/** The agent whose tool is right around; undefined elsewhere, also inside of other work in that tool. */
export function callerIn(scope: Scope | undefined): string | undefined {
  return toolCallIn(scope) === undefined ? undefined : scope?.agent;
}

/** The tool calls of one run, many of them at once. */
export class ToolCalls {
  readonly #crowsnest: Face;
  readonly #around: Inside;
  readonly #open = new Map<string, Work<ToolCallHandle>>();

  constructor(crowsnest: Face, around: Inside) {
    this.#crowsnest = crowsnest;
    this.#around = around;
  }

  get isOpen(): boolean {
    return this.#open.size > 0;
  }

  start(tool: ToolInfo): void {
    if (this.#open.has(tool.toolCallId)) return;
    this.#open.set(tool.toolCallId, this.#begin(tool, "function"));
  }

  /** Runs the tool's function inside of its call. */
  execute<T>(toolCallId: string, execute: () => PromiseLike<T>): PromiseLike<T> {
    return this.#open.get(toolCallId)?.run(execute) ?? execute();
  }

  end(toolCallId: string, ending: Ending, output?: unknown): void {
    const call = this.#open.get(toolCallId);
    this.#open.delete(toolCallId);
    if (call !== undefined) finish(call, ending, output);
  }

  /** A tool that the provider ran by itself, known from the model's answer: that it was called, not how long it took. */
  tellProvided(tool: ToolInfo, ending: Ending, output: unknown): void {
    finish(this.#begin(tool, "extension"), ending, output);
  }

  closeAll(ending: Ending): void {
    for (const toolCallId of [...this.#open.keys()]) this.end(toolCallId, ending);
  }

  #begin({ toolCallId, toolName, input }: ToolInfo, toolType: string): Work<ToolCallHandle> {
    const { agent, inside } = this.#around;
    const call = { agent, tool: toolName, toolType, callId: toolCallId, arguments: input };
    return this.#crowsnest.begin("toolCall", call, inside);
  }
}

function finish(call: Work<ToolCallHandle>, ending: Ending, output: unknown): void {
  call.handle.result(output);
  settle(call, ending);
}
