import { Agent, run, setTraceProcessors } from "@openai/agents";
import { handTo, say, scripted } from "../../integrations/scripted-model.ts";

// An app that knows nothing of Crowsnest, and does not want its traces to go to OpenAI.
setTraceProcessors([]);
const critic = new Agent({ name: "critic", instructions: "", model: scripted([[say("good")]]) });
const author = Agent.create({ name: "author", model: scripted([[handTo("critic")]]), handoffs: [critic] });
const result = await run(author, "write");
console.log(`ran: ${result.finalOutput}`);
if (process.argv[2] === "stay") setInterval(() => undefined, 1_000);
