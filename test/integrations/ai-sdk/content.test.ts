import { embed, generateText, isStepCount, streamText, tool } from "ai";
import { MockEmbeddingModelV4 } from "ai/test";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { planted, plantedIn } from "../../support/planted.ts";
import { rememberSpans } from "../spans.ts";
import { instrumented } from "./instrumented.ts";
import { call, say, scripted } from "./scripted-model.ts";

const grep = tool({ description: "Finds.", inputSchema: z.object({ text: z.string() }), execute: async () => planted.result });
const provided = { toolCallId: "s-1", toolName: "web_search", dynamic: true } as const;
const search = {
  ...provided,
  type: "tool-call",
  input: JSON.stringify({ text: planted.argument }),
  providerExecuted: true,
} as const;
const found = { ...provided, type: "tool-result", result: planted.result } as const;

const settings = () => ({
  model: scripted([[call("grep", { text: planted.argument }), search, found], [say(planted.answer)]]),
  tools: { grep },
  prompt: planted.prompt,
  stopWhen: isStepCount(5),
  telemetry: { functionId: "author" },
});

async function work(): Promise<void> {
  await generateText(settings());
  await streamText(settings()).consumeStream();
  const model = new MockEmbeddingModelV4({
    modelId: "embed-3",
    doEmbed: async () => ({ embeddings: [[0]], usage: { tokens: 4 }, warnings: [] }),
  });
  await embed({ model, value: planted.prompt });
}

describe("what models and tools are given and give back", () => {
  test("is nowhere unless somebody asks for it", async () => {
    const spans = rememberSpans();
    const { recorder, settle } = await instrumented({}, { traces: true });
    await work();
    await settle();
    const hashes = recorder.of("tool_called").map(({ data }) => data.argumentsHash);
    // They have the same arguments all four.
    expect(hashes).toEqual(Array(4).fill(expect.stringMatching(/^[0-9a-f]{16}$/)));
    expect(new Set(hashes).size).toBe(1);
    expect(plantedIn(JSON.stringify(recorder.events))).toEqual([]);
    expect(plantedIn(await spans.text())).toEqual([]);
  });

  test("is kept with the events where it is asked for, without keys", async () => {
    const spans = rememberSpans();
    const { recorder, settle } = await instrumented({}, { traces: true, captureContent: true });
    await work();
    await settle();
    for (const { data } of recorder.of("tool_called")) {
      expect(data).toMatchObject({
        arguments: '{"text":"a planted argument [redacted]"}',
        result: "a planted result [redacted]",
      });
    }
    const [asked, answered, , , embedded] = recorder.of("model_called").map(({ data }) => data);
    expect(plantedIn(String(asked?.input))).toEqual(["prompt"]);
    expect(plantedIn(String(asked?.output))).toContain("argument");
    expect(plantedIn(String(answered?.output))).toEqual(["answer"]);
    expect(embedded?.input).toBe('["a planted prompt [redacted]"]');
    plantedIn(JSON.stringify(recorder.events));
    expect(plantedIn(await spans.text())).toEqual([]);
  });

  test("stays where a call keeps its inputs and outputs out of its telemetry", async () => {
    const { recorder, settle } = await instrumented({}, { captureContent: true });
    await generateText({ ...settings(), telemetry: { recordInputs: false, recordOutputs: false } });
    await settle();
    // What the provider ran stands in the model's answer alone.
    expect(recorder.of("tool_called")).toHaveLength(1);
    expect(plantedIn(JSON.stringify(recorder.events))).toEqual([]);
  });
});
