import type { ToolCallHandle } from "./kinds/tool-call.ts";
import type { Scope } from "./scope.ts";

/** A tool call while it runs. */
export interface RunningToolCall {
  readonly tool: string;
  readonly handle: ToolCallHandle;
}

/** Tool calls by what is right inside of them. */
const toolCalls = new WeakMap<Scope, RunningToolCall>();

export function noteToolCall(scope: Scope, call: RunningToolCall): void {
  toolCalls.set(scope, call);
}

/** The tool call that a scope is the inside of; undefined elsewhere, also inside of other work in that tool. */
export function toolCallIn(scope: Scope | undefined): RunningToolCall | undefined {
  return scope && toolCalls.get(scope);
}
