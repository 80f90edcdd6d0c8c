// The Vercel AI SDK 4, 5 and 6: an agent that asks another one by a tool. What changed its name between them is looked up.
import { createOpenAI } from "@ai-sdk/openai";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { detectResources, envDetector } from "@opentelemetry/resources";
import { BatchSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import * as ai from "ai";
import { z } from "zod";

const provider = new NodeTracerProvider({
  resource: detectResources({ detectors: [envDetector] }),
  spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
});
provider.register();

const model = createOpenAI({ baseURL: process.env.OPENAI_BASE_URL, apiKey: "none" }).chat("gpt-5");
const severalSteps = ai.stepCountIs === undefined ? { maxSteps: 6 } : { stopWhen: ai.stepCountIs(6) };

const tool = (description, parameter, execute) => {
  const schema = z.object({ [parameter]: z.string() });
  return ai.tool({ description, parameters: schema, inputSchema: schema, execute });
};

const run = (agent, prompt, tools) =>
  ai.generateText({
    model,
    system: `You are the ${agent}.`,
    prompt,
    tools,
    maxRetries: 0,
    ...severalSteps,
    experimental_telemetry: { isEnabled: true, functionId: agent },
  });

const tools = {
  search_notes: tool("Search the notes.", "query", async () => "otters hold hands"),
  publish_draft: tool("Publish a draft.", "title", async () => {
    throw new Error("the press is closed");
  }),
  ask_critic: tool("Let critic review.", "draft", async () => (await run("critic", "Review the draft.", {})).text),
};

// A tool that fails ends the whole run in version 4, so there it has a run of its own.
const { publish_draft, ...others } = tools;
const runs =
  ai.stepCountIs === undefined
    ? [
        ["Write about otters.", others],
        ["Publish it.", { publish_draft }],
      ]
    : [["Write about otters.", tools]];

for (const [prompt, offered] of [...runs, ["Please break the rules.", tools]]) {
  try {
    await run("scribe", prompt, offered);
  } catch (error) {
    console.log(`as it should be: ${error.name}`);
  }
}
await provider.shutdown();
