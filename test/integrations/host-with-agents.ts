import { createCrowsnest } from "../../src/index.ts";
import { instrumentOpenAIAgents } from "../../src/integrations/openai-agents/index.ts";

/** A host with the SDK in it that gets a Ctrl-C while events are on their way to a file. */
const crowsnest = await createCrowsnest({
  service: "host",
  port: "off",
  traces: false,
  hostMetrics: false,
  jsonl: String(process.argv[2]),
});
await instrumentOpenAIAgents(crowsnest, { exportToOpenAI: false });
setInterval(() => undefined, 1_000);
for (let value = 0; value < 2_000; value++) {
  crowsnest.emit({ type: "measurement_recorded", data: { name: "before the end", value, unit: "events" } });
}
process.kill(process.pid, "SIGINT");
