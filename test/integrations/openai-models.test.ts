import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Agent, type Model, OpenAIProvider, Runner } from "@openai/agents";
import { describe, expect, onTestFinished, test } from "vitest";
import { planted, plantedIn } from "../support/planted.ts";
import { instrumented } from "./instrumented.ts";

/** A model of the SDK's that asks a server on this machine, which gives the same answer to every request. */
async function modelFor(answer: unknown, { useResponses = true, status = 200 } = {}): Promise<Model> {
  const server = createServer((_request, response) => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const provider = new OpenAIProvider({ baseURL: `http://127.0.0.1:${port}`, apiKey: "none", useResponses });
  return provider.getModel("asked-for");
}

const response = {
  id: "resp_1",
  object: "response",
  model: "gpt-5-2026-01-01",
  status: "completed",
  output: [
    {
      id: "msg_1",
      type: "message",
      role: "assistant",
      status: "completed",
      content: [{ type: "output_text", text: "done", annotations: [] }],
    },
  ],
  usage: {
    input_tokens: 100,
    input_tokens_details: { cached_tokens: 60 },
    output_tokens: 40,
    output_tokens_details: { reasoning_tokens: 25 },
    total_tokens: 140,
  },
};

const completion = {
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1,
  model: "other-model",
  choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: "done", refusal: null } }],
  usage: {
    prompt_tokens: 70,
    prompt_tokens_details: { cached_tokens: 10 },
    completion_tokens: 30,
    completion_tokens_details: { reasoning_tokens: 5 },
    total_tokens: 100,
  },
};

describe("the SDK's own models", () => {
  test.each([
    ["Responses", true, response],
    ["Chat Completions", false, completion],
  ])("for %s tell prompts and answers where somebody asks for them, without keys", async (_, useResponses, answer) => {
    const said = JSON.parse(JSON.stringify(answer).replaceAll('"done"', JSON.stringify(planted.answer)));
    for (const captureContent of [false, true]) {
      const { recorder, settle } = await instrumented({ crowsnest: { captureContent } });
      const model = await modelFor(said, { useResponses });
      await new Runner().run(new Agent({ name: "author", model }), planted.prompt);
      await settle();
      const { input, output } = recorder.of("model_called")[0]?.data ?? {};
      expect(plantedIn(JSON.stringify(recorder.events))).toEqual(captureContent ? ["prompt", "answer"] : []);
      expect(plantedIn(`${input}`)).toEqual(captureContent ? ["prompt"] : []);
      expect(plantedIn(`${output}`)).toEqual(captureContent ? ["answer"] : []);
    }
  });

  test("for Responses tell the model that answered, and what it used", async () => {
    const { recorder, settle } = await instrumented();
    const model = await modelFor(response);
    await new Runner().run(new Agent({ name: "author", model }), "hi");
    await settle();
    expect(recorder.of("model_called").map(({ data }) => data)).toEqual([
      expect.objectContaining({
        model: "gpt-5-2026-01-01",
        outcome: "success",
        inputTokens: 100,
        cacheReadTokens: 60,
        outputTokens: 40,
        reasoningTokens: 25,
      }),
    ]);
    expect(recorder.of("context_updated")[0]?.data).toEqual({
      tokens: 140,
      items: 1,
      provider: "openai",
      model: "gpt-5-2026-01-01",
    });
  });

  test("for Responses tell neither where the SDK is to keep content to itself", async () => {
    const { recorder, settle } = await instrumented();
    const model = await modelFor(response);
    await new Runner({ traceIncludeSensitiveData: false }).run(new Agent({ name: "author", model }), "hi");
    await settle();
    const [event] = recorder.of("model_called");
    expect(event?.data).toMatchObject({ model: "unknown", outcome: "success" });
    expect(event?.data.inputTokens).toBeUndefined();
    expect(recorder.of("context_updated")).toEqual([]);
  });

  test("for Chat Completions tell what they used under whatever provider they are", async () => {
    const { recorder, settle } = await instrumented({
      options: { provider: (model) => (model === "asked-for" ? "other" : "openai") },
    });
    const model = await modelFor(completion, { useResponses: false });
    await new Runner().run(new Agent({ name: "author", model }), "hi");
    await settle();
    const calls = recorder.of("model_called").map(({ data }) => data);
    expect(calls).toHaveLength(1);
    expect(calls[0]).toMatchObject({
      provider: "other",
      model: "asked-for",
      inputTokens: 70,
      cacheReadTokens: 10,
      outputTokens: 30,
      reasoningTokens: 5,
    });
  });

  test("that are refused fail the call and the run", async () => {
    const { recorder, settle } = await instrumented();
    const model = await modelFor({ error: { message: "not like this" } }, { status: 400 });
    await expect(new Runner().run(new Agent({ name: "author", model }), "hi")).rejects.toThrow("not like this");
    await settle();
    expect(recorder.of("model_called")[0]?.data.outcome).toBe("failure");
    expect(recorder.of("error_raised")).toHaveLength(1);
  });
});
