/** What a client asks of the model, as far as the scenario looks at it. */
export interface Asked {
  readonly model: string;
  readonly instructions: string;
  readonly wishes: readonly string[];
  /** How many tools have answered so far. */
  readonly results: number;
  readonly tools: readonly { readonly name: string; readonly parameters: readonly string[] }[];
}

export type Turn =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "tool"; readonly tool: string; readonly arguments: string }
  | { readonly kind: "refusal" };

/** The tools that scribe uses, in this order, as far as it is offered one of the kind: the second of them fails. */
const scribesWork: readonly RegExp[] = [/search/i, /publish/i, /critic|delegate|transfer|handoff/i];

/**
 * The same play for every library: scribe looks something up, fails to publish it and gives it to critic, who approves. Whoever is asked
 * to break the rules is refused, which ends that run in an error.
 */
export function nextTurn({ instructions, wishes, results, tools }: Asked): Turn {
  if (wishes.some((text) => text.includes("break the rules"))) return { kind: "refusal" };
  if (/you are (the )?critic/i.test(instructions)) return { kind: "text", text: "Approved: otters hold hands." };
  const work = scribesWork.flatMap((kind) => tools.find(({ name }) => kind.test(name)) ?? []);
  const tool = work[results];
  if (tool === undefined) return { kind: "text", text: "Otters hold hands while they sleep." };
  const values = tool.parameters.map((name) => [name, /agent|coworker|target/i.test(name) ? "critic" : "otters"]);
  return { kind: "tool", tool: tool.name, arguments: JSON.stringify(Object.fromEntries(values)) };
}

interface Tool {
  readonly name: string;
  readonly parameters?: { readonly properties?: Readonly<Record<string, unknown>> };
}

interface Message {
  readonly role?: string;
  readonly type?: string;
  readonly content?: unknown;
}

/** Reads a request for OpenAI's chat completions. */
export function fromChat(body: unknown): Asked {
  const { model, messages, tools = [] } = body as { model: string; messages: Message[]; tools?: { function: Tool }[] };
  return read(
    model,
    "",
    messages,
    "tool",
    tools.map((tool) => tool.function),
  );
}

/** Reads a request for OpenAI's responses. */
export function fromResponses(body: unknown): Asked {
  const asked = body as { model: string; instructions?: string; input: string | Message[]; tools?: Tool[] };
  const input = typeof asked.input === "string" ? [{ role: "user", content: asked.input }] : asked.input;
  return read(asked.model, asked.instructions ?? "", input, "function_call_output", asked.tools ?? []);
}

function read(model: string, instructions: string, messages: readonly Message[], result: string, tools: readonly Tool[]): Asked {
  const said = (...roles: string[]) =>
    messages.filter(({ role }) => roles.includes(role ?? "")).map(({ content }) => JSON.stringify(content));
  return {
    model,
    instructions: [instructions, ...said("system", "developer")].join("\n"),
    wishes: said("user"),
    results: messages.filter(({ role, type }) => (type ?? role) === result || role === result).length,
    tools: tools.map(({ name, parameters }) => ({ name, parameters: Object.keys(parameters?.properties ?? {}) })),
  };
}
