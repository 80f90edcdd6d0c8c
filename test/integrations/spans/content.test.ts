import { expect, test } from "vitest";
import type { AttributeValue } from "../../../src/integrations/spans/span.ts";
import { isContentAttribute } from "../../../src/redaction/content-names.ts";
import { span, tell } from "./span-tree.ts";

type Attributes = Record<string, AttributeValue>;

const messages = '[{"role":"user","content":"hi"}]';

const modelCalls: readonly (readonly [
  dialect: string,
  name: string,
  attributes: Attributes,
  content: Attributes,
  input: string,
  output: string,
])[] = [
  [
    "OpenTelemetry GenAI",
    "chat gpt-5",
    { "gen_ai.operation.name": "chat" },
    { "gen_ai.input.messages": messages, "gen_ai.output.messages": "[]" },
    messages,
    "[]",
  ],
  [
    "OpenTelemetry GenAI before messages had a place of their own",
    "chat gpt-5",
    { "gen_ai.operation.name": "chat" },
    {
      "gen_ai.prompt.0.role": "system",
      "gen_ai.prompt.0.content": "be brief",
      "gen_ai.prompt.1.content": "hi",
      "gen_ai.completion.0.role": "assistant",
      "gen_ai.completion.0.content": "ho",
    },
    "system: be brief\nhi",
    "assistant: ho",
  ],
  ["OpenInference", "llm", { "openinference.span.kind": "LLM" }, { "input.value": "hi", "output.value": "ho" }, "hi", "ho"],
  [
    "OpenLLMetry",
    "openai.chat",
    { "llm.request.type": "chat" },
    { "traceloop.entity.input": "hi", "traceloop.entity.output": "ho" },
    "hi",
    "ho",
  ],
  [
    "Vercel AI SDK",
    "ai.generateText.doGenerate",
    { "ai.operationId": "ai.generateText.doGenerate" },
    { "ai.prompt.messages": messages, "ai.response.text": "ho" },
    messages,
    "ho",
  ],
  [
    "Google ADK",
    "call_llm",
    { "gen_ai.system": "gcp.vertex.agent" },
    { "gcp.vertex.agent.llm_request": "{}", "gcp.vertex.agent.llm_response": '{"text":"ho"}' },
    "{}",
    '{"text":"ho"}',
  ],
];

const toolCalls: readonly (readonly [dialect: string, name: string, attributes: Attributes, content: Attributes])[] = [
  [
    "OpenTelemetry GenAI",
    "execute_tool grep",
    { "gen_ai.operation.name": "execute_tool" },
    { "gen_ai.tool.call.arguments": "{}", "gen_ai.tool.call.result": "found" },
  ],
  ["OpenInference", "grep", { "openinference.span.kind": "TOOL" }, { "input.value": "{}", "output.value": "found" }],
  [
    "OpenLLMetry",
    "grep.tool",
    { "traceloop.span.kind": "tool" },
    { "traceloop.entity.input": "{}", "traceloop.entity.output": "found" },
  ],
  [
    "Vercel AI SDK",
    "ai.toolCall",
    { "ai.operationId": "ai.toolCall" },
    { "ai.toolCall.args": "{}", "ai.toolCall.result": "found" },
  ],
  [
    "Google ADK",
    "execute_tool grep",
    { "gen_ai.system": "gcp.vertex.agent", "gen_ai.operation.name": "execute_tool" },
    { "gcp.vertex.agent.tool_call_args": "{}", "gcp.vertex.agent.tool_response": "found" },
  ],
];

test.each(modelCalls)("%s: what a model was given and answered", (_dialect, name, attributes, content, input, output) => {
  const [call] = tell([span(name, { ...attributes, ...content })]).of("model_called");
  expect(call?.data).toMatchObject({ input, output });
});

test.each(toolCalls)(
  "%s: what a tool was given and gave back, and a hash of the former",
  (_dialect, name, attributes, content) => {
    const [call] = tell([span(name, { ...attributes, ...content })]).of("tool_called");
    expect(call?.data).toMatchObject({ arguments: "{}", result: "found", argumentsHash: "44136fa355b3678a" });
  },
);

test("every attribute that content is read from is one that is taken for content", () => {
  const attributes = [...modelCalls, ...toolCalls].flatMap(([, , , content]) => Object.keys(content));
  for (const name of attributes) expect(isContentAttribute(name, "agent_heartbeat"), name).toBe(true);
});

test("a call that says nothing of it has none", () => {
  const [call] = tell([span("chat", { "gen_ai.operation.name": "chat", "gen_ai.input.messages": [], "gen_ai.prompt": "" })]).of(
    "model_called",
  );
  expect(call?.data).not.toMatchObject({ input: expect.anything() });
});
