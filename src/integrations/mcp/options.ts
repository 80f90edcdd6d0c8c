export interface McpOptions {
  /** Name of the agent that calls tools. @default the agent whose work it is part of, else the name that the client gives itself */
  readonly agent?: string;
  /**
   * Whether this side tells `tool_called`, so that calls are counted. "auto": a client does, unless the call is the tool call around
   * it; a server does where no observed client's context came along. "always" and "never" mean what they say. @default "auto"
   */
  readonly toolCalls?: "auto" | "always" | "never";
}

const choices: readonly unknown[] = ["auto", "always", "never"];

/** @throws TypeError where an option is unknown or wrong, naming it */
export function checkOptions(options: McpOptions): void {
  const { agent, toolCalls, ...others } = options;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw new TypeError(`${unknown} is not an option; there are agent, toolCalls`);
  if (agent !== undefined && (typeof agent !== "string" || agent === "")) throw new TypeError("agent takes the name of an agent");
  if (toolCalls !== undefined && !choices.includes(toolCalls)) {
    throw new TypeError('toolCalls takes "auto", "always" or "never"');
  }
}
