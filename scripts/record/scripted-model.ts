import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Asked, fromChat, fromResponses, nextTurn, type Turn } from "./scenario.ts";

/** The moment at which every answer was made, as its sender tells it. */
const CREATED = 1_767_600_000;

/** What the model says that it used, which is what a hub has to count. */
export interface ScriptedUsage {
  calls: number;
  refusals: number;
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
  reasoningTokens: number;
}

export interface ScriptedModel {
  /** What a client of OpenAI takes as its base URL. */
  readonly url: string;
  readonly used: Readonly<ScriptedUsage>;
  close(): void;
}

/** Stands for a model behind OpenAI's chat completions and responses, on a free port of this machine, and plays the scenario. */
export async function startScriptedModel(): Promise<ScriptedModel> {
  const used = { calls: 0, refusals: 0, inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, reasoningTokens: 0 };
  const server = createServer(async (request, reply) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const isChat = request.url?.endsWith("/chat/completions") ?? false;
    if (!isChat && !request.url?.endsWith("/responses")) {
      reply.writeHead(404).end();
      return;
    }
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString());
    const asked: Asked = isChat ? fromChat(body) : fromResponses(body);
    const turn = nextTurn(asked);
    if (turn.kind === "refusal") {
      used.refusals += 1;
      const error = { message: "the prompt is not allowed", type: "invalid_request_error", code: "content_policy_violation" };
      reply.writeHead(400, { "content-type": "application/json" }).end(JSON.stringify({ error }));
      return;
    }
    const answer = isChat ? completion(asked.model, turn, used) : response(asked.model, turn, used);
    reply.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    used,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Counts the call and says what it used: every one another amount, so that none can hide behind another. */
function use(used: ScriptedUsage): { input: number; output: number; cached: number; reasoning: number } {
  used.calls += 1;
  const amount = { input: 100 + 7 * used.calls, output: 20 + used.calls, cached: 64, reasoning: 8 };
  used.inputTokens += amount.input;
  used.outputTokens += amount.output;
  used.cacheReadTokens += amount.cached;
  used.reasoningTokens += amount.reasoning;
  return amount;
}

function completion(model: string, turn: Exclude<Turn, { kind: "refusal" }>, used: ScriptedUsage): object {
  const { input, output, cached, reasoning } = use(used);
  const call = turn.kind === "tool" ? { name: turn.tool, arguments: turn.arguments } : undefined;
  const toolCalls = call === undefined ? undefined : [{ index: 0, id: `call_${used.calls}`, type: "function", function: call }];
  const message = { role: "assistant", content: turn.kind === "text" ? turn.text : null, tool_calls: toolCalls };
  return {
    id: `chatcmpl-${used.calls}`,
    object: "chat.completion",
    created: CREATED,
    model,
    choices: [{ index: 0, message, finish_reason: toolCalls === undefined ? "stop" : "tool_calls" }],
    usage: {
      prompt_tokens: input,
      completion_tokens: output,
      total_tokens: input + output,
      prompt_tokens_details: { cached_tokens: cached },
      completion_tokens_details: { reasoning_tokens: reasoning },
    },
  };
}

function response(model: string, turn: Exclude<Turn, { kind: "refusal" }>, used: ScriptedUsage): object {
  const { input, output, cached, reasoning } = use(used);
  const item =
    turn.kind === "tool"
      ? {
          type: "function_call",
          id: `fc_${used.calls}`,
          call_id: `call_${used.calls}`,
          name: turn.tool,
          arguments: turn.arguments,
        }
      : {
          type: "message",
          id: `msg_${used.calls}`,
          role: "assistant",
          content: [{ type: "output_text", text: turn.text, annotations: [] }],
        };
  return {
    id: `resp_${used.calls}`,
    object: "response",
    created_at: CREATED,
    status: "completed",
    model,
    output: [{ ...item, status: "completed" }],
    parallel_tool_calls: true,
    tool_choice: "auto",
    tools: [],
    usage: {
      input_tokens: input,
      input_tokens_details: { cached_tokens: cached },
      output_tokens: output,
      output_tokens_details: { reasoning_tokens: reasoning },
      total_tokens: input + output,
    },
  };
}
