// A host that requires its modules, and the framework only after it was attached to.
const { createCrowsnest } = require("../../../src/index.ts");
const { instrumentLangChain } = require("../../../src/integrations/langchain/index.ts");

async function main() {
  /** @type {import("crowsnest").Sink} */
  const printer = {
    name: "printer",
    start: async () => undefined,
    write: async (batch) => void process.stdout.write(batch.map(({ type }) => `${type}\n`).join("")),
    close: async () => undefined,
  };
  const crowsnest = await createCrowsnest({ service: "host", port: "off", traces: false, hostMetrics: false, sinks: [printer] });
  instrumentLangChain(crowsnest);
  const { RunnableLambda } = require("@langchain/core/runnables");
  await RunnableLambda.from(async (/** @type {string} */ text) => text).invoke("hi");
  await crowsnest.close();
}

void main();
