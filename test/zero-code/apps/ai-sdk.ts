import { generateText, isStepCount, ToolLoopAgent, tool } from "ai";
import { z } from "zod";
import { call, say, scripted } from "../../integrations/ai-sdk/scripted-model.ts";

const critic = new ToolLoopAgent({ model: scripted([[say("good")]]), telemetry: { functionId: "critic" } });
const ask = tool({ inputSchema: z.object({}), execute: async () => (await critic.generate({ prompt: "?" })).text });
const { text } = await generateText({
  model: scripted([[call("ask")], [say("good")]]),
  tools: { ask },
  prompt: "write",
  stopWhen: isStepCount(3),
  telemetry: { functionId: "author" },
});
console.log(`ran: ${text}`);
setInterval(() => undefined, 1_000);
