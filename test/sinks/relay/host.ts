import { setTimeout as sleep } from "node:timers/promises";
import { createCrowsnest } from "../../../src/index.ts";

// A host that relays by its environment alone: `node host.ts FROM TO` tells numbers, some at a time, and then stays.
const [from = "0", to = "0"] = process.argv.slice(2);
const crowsnest = await createCrowsnest({ service: "host", port: "off", traces: false, hostMetrics: false });

for (let value = Number(from); value < Number(to); value += 1) {
  crowsnest.emit({ type: "measurement_recorded", data: { name: "number", value, unit: "1" } });
  if (value % 25 === 0) await sleep(1);
}
console.log("told", JSON.stringify(await crowsnest.flush()));
setInterval(() => undefined, 1_000);
