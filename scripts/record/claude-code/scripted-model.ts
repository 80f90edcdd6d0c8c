import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

/** What the scripted model answers with: text, uses of tools, or trouble. */
export type Step =
  | { readonly text: string }
  | { readonly tools: readonly { readonly name: string; readonly input: object }[] }
  | { readonly status: number; readonly message: string };

/**
 * Answers a request by what it asks: `scripts` are looked through for one whose key stands in the conversation's first prompt, and its
 * n-th step answers the n-th request of that conversation.
 */
export type Scripts = Readonly<Record<string, readonly Step[]>>;

interface Conversation {
  readonly model: string;
  readonly stream?: boolean;
  readonly messages: readonly { readonly role: string; readonly content: unknown }[];
}

let serial = 0;
/** The subagent that was heard of last: a script may send it a message as `$AGENT`. */
let lastAgent = "";

/** A server that speaks Anthropic's Messages API, as far as Claude Code needs it, with answers that stand in a script. */
export async function startScriptedModel(scripts: Scripts): Promise<{ readonly url: string; close(): void }> {
  const server = createServer((request, response) => void answer(request, response, scripts));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the scripted model has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, scripts: Scripts): Promise<void> {
  const body = await readJson(request);
  if (request.url?.startsWith("/v1/messages/count_tokens") === true) return send(response, 200, { input_tokens: 1_000 });
  if (request.url?.startsWith("/v1/messages") !== true || body === undefined) return send(response, 404, {});
  const conversation = body as Conversation;
  lastAgent = /agentId: ([a-z0-9]+)/.exec(JSON.stringify(conversation.messages))?.[1] ?? lastAgent;
  const step = stepOf(conversation, scripts);
  if ("status" in step) {
    const error = { type: "invalid_request_error", message: step.message };
    return send(response, step.status, { type: "error", error });
  }
  if (conversation.stream === true) return stream(response, conversation.model, step);
  send(response, 200, { ...start(conversation.model), content: blocksOf(step), stop_reason: stopOf(step) });
}

function stepOf({ messages }: Conversation, scripts: Scripts): Step {
  // A conversation that goes on has several prompts of its user: the latest that names a script counts from there.
  for (let index = messages.length - 1; index >= 0; index -= 1) {
    const text = messages[index]?.role === "user" ? JSON.stringify(messages[index]?.content) : "";
    const name = Object.keys(scripts).find((key) => text.includes(key));
    if (name === undefined) continue;
    const answered = messages.slice(index).filter(({ role }) => role === "assistant").length;
    return scripts[name]?.[answered] ?? { text: "There is nothing more in the script." };
  }
  return { text: "Nothing to say." };
}

function blocksOf(step: Exclude<Step, { status: number }>): object[] {
  if ("text" in step) return [{ type: "text", text: step.text }];
  return step.tools.map(({ name, input }) => {
    serial += 1;
    const filled: unknown = JSON.parse(JSON.stringify(input).replace("$AGENT", lastAgent));
    return { type: "tool_use", id: `toolu_${String(serial).padStart(24, "0")}`, name, input: filled };
  });
}

function stopOf(step: Step): string {
  return "tools" in step ? "tool_use" : "end_turn";
}

function start(model: string): object {
  serial += 1;
  const usage = { input_tokens: 12, output_tokens: 34, cache_read_input_tokens: 5_600, cache_creation_input_tokens: 78 };
  return {
    id: `msg_${serial}`,
    type: "message",
    role: "assistant",
    model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage,
  };
}

function stream(response: ServerResponse, model: string, step: Exclude<Step, { status: number }>): void {
  response.writeHead(200, { "content-type": "text/event-stream", "request-id": `req_${serial}` });
  const tell = (type: string, data: object) => response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
  tell("message_start", { message: start(model) });
  for (const [index, block] of blocksOf(step).entries()) {
    const { text, input, ...empty } = block as { text?: string; input?: object };
    const content_block = text === undefined ? { ...empty, input: {} } : { ...empty, text: "" };
    tell("content_block_start", { index, content_block });
    const delta =
      text === undefined ? { type: "input_json_delta", partial_json: JSON.stringify(input) } : { type: "text_delta", text };
    tell("content_block_delta", { index, delta });
    tell("content_block_stop", { index });
  }
  tell("message_delta", { delta: { stop_reason: stopOf(step), stop_sequence: null }, usage: { output_tokens: 34 } });
  tell("message_stop", {});
  response.end();
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    return undefined;
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}
