import { createCrowsnest } from "../../src/index.ts";

// A host as users have one, for tests of how it ends: `node host.ts HOW FOLDER`.
const [how, folder = "."] = process.argv.slice(2);
const crowsnest = await createCrowsnest({
  service: "host",
  port: "off",
  traces: false,
  hostMetrics: false,
  jsonl: folder,
  ...(how === "unhandled" ? { signals: false } : {}),
});

for (let number = 0; number < 1_000; number += 1) {
  crowsnest.emit({ type: "measurement_recorded", data: { name: "number", value: number, unit: "1" } });
}

if (how === "own-handler") {
  process.on("SIGTERM", () => {
    console.log("the host decides");
    setTimeout(() => process.exit(7), 300);
  });
}
if (how === "exit-code") process.exitCode = 3;
else if (how !== "end") setInterval(() => undefined, 1_000);
console.log("emitted");
