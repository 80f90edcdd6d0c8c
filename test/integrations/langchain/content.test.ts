import { Document } from "@langchain/core/documents";
import { BaseRetriever } from "@langchain/core/retrievers";
import type { RunnableConfig } from "@langchain/core/runnables";
import { FakeLLM } from "@langchain/core/utils/testing";
import { createAgent, tool } from "langchain";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { z } from "zod";
import { Said } from "../../../src/integrations/langchain/said.ts";
import { planted, plantedIn } from "../../support/planted.ts";
import { rememberSpans } from "../spans.ts";
import { instrumented } from "./instrumented.ts";
import { call, scripted } from "./scripted-model.ts";

const grep = tool(async () => planted.result, {
  name: "grep",
  description: "Finds.",
  schema: z.object({ text: z.string() }),
});

class Archive extends BaseRetriever {
  lc_namespace = ["test"];
  override async _getRelevantDocuments(): Promise<Document[]> {
    return [new Document({ pageContent: planted.result })];
  }
}

async function work(config: RunnableConfig): Promise<void> {
  const model = scripted([[call("grep", { text: planted.argument })], planted.answer]);
  const agent = createAgent({ name: "author", model, tools: [grep] });
  await agent.invoke({ messages: [{ role: "user", content: planted.prompt }] }, config);
  await new FakeLLM({ response: planted.answer }).invoke(planted.prompt, config);
  await new Archive().invoke(planted.argument, config);
}

describe("what models and tools are given and give back", () => {
  test("is nowhere unless somebody asks for it, and is not even looked at", async () => {
    const looks = vi.spyOn(Said.prototype, "toJSON");
    onTestFinished(() => looks.mockRestore());
    const spans = rememberSpans();
    const { config, recorder, settle } = await instrumented({}, { traces: true });
    await work(config);
    await settle();
    expect(recorder.of("model_called")).toHaveLength(3);
    const hash = expect.stringMatching(/^[0-9a-f]{16}$/);
    expect(recorder.of("tool_called").map(({ data }) => data.argumentsHash)).toEqual([hash, hash]);
    expect(plantedIn(JSON.stringify(recorder.events))).toEqual([]);
    expect(plantedIn(await spans.text())).toEqual([]);
    expect(looks).not.toHaveBeenCalled();
  });

  test("is kept with the events where it is asked for, without keys", async () => {
    const spans = rememberSpans();
    const { config, recorder, settle } = await instrumented({}, { traces: true, captureContent: true });
    await work(config);
    await settle();
    const [asked, answered, completed] = recorder.of("model_called").map(({ data }) => data);
    expect(asked?.input).toBe('[{"role":"human","content":"a planted prompt [redacted]"}]');
    expect(plantedIn(String(asked?.output))).toEqual(["argument"]);
    expect(plantedIn(String(answered?.input))).toEqual(["prompt", "argument", "result"]);
    expect(answered?.output).toBe('[{"role":"ai","content":"a planted answer [redacted]"}]');
    expect(completed).toMatchObject({ input: "a planted prompt [redacted]", output: "a planted answer [redacted]" });
    const [called, fetched] = recorder.of("tool_called").map(({ data }) => data);
    expect(called).toMatchObject({
      callId: expect.stringMatching(/^call_/),
      arguments: '{"text":"a planted argument [redacted]"}',
      result: "a planted result [redacted]",
    });
    expect(fetched?.arguments).toBe("a planted argument [redacted]");
    expect(plantedIn(String(fetched?.result))).toEqual(["result"]);
    plantedIn(JSON.stringify(recorder.events));
    expect(plantedIn(await spans.text())).toEqual([]);
  });
});
