import { Agent, run, tool } from "@openai/agents";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { planted, plantedIn } from "../support/planted.ts";
import { instrumented } from "./instrumented.ts";
import { call, say, scripted } from "./scripted-model.ts";
import { rememberSpans } from "./spans.ts";

async function work(captureContent: boolean) {
  const spans = rememberSpans();
  const { recorder, settle } = await instrumented({ crowsnest: { traces: true, captureContent } });
  const grep = tool({
    name: "grep",
    description: "Finds text.",
    parameters: z.object({ text: z.string() }),
    execute: async () => planted.result,
  });
  const model = scripted([[call("grep", { text: planted.argument })], [say(planted.answer)]]);
  await run(new Agent({ name: "author", model, tools: [grep] }), planted.prompt);
  await settle();
  return { recorder, spans };
}

describe("what models and tools are given and give back", () => {
  test("is nowhere unless somebody asks for it", async () => {
    const { recorder, spans } = await work(false);
    expect(recorder.of("model_called")).toHaveLength(2);
    expect(recorder.of("tool_called")).toHaveLength(1);
    expect(plantedIn(JSON.stringify(recorder.events))).toEqual([]);
    expect(plantedIn(await spans.text())).toEqual([]);
  });

  test("is kept with the events where it is asked for, without keys", async () => {
    const { recorder, spans } = await work(true);
    expect(recorder.of("tool_called")[0]?.data).toMatchObject({
      arguments: '{"text":"a planted argument [redacted]"}',
      result: "a planted result [redacted]",
    });
    plantedIn(JSON.stringify(recorder.events));
    expect(plantedIn(await spans.text())).toEqual([]);
  });
});
