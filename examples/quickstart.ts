import { createCrowsnest } from "crowsnest";

// With an OpenTelemetry collector at hand, leave `traces` out: spans go to http://localhost:4318, or where OTEL_* variables say.
const crowsnest = await createCrowsnest({ service: "checkout-agents", traces: false });

await crowsnest.workflow({ name: "checkout" }, async () => {
  await crowsnest.task({ agent: "writer", type: "write_test" }, async (task) => {
    task.progress(0.5);
    await crowsnest.handoff({ from: "writer", to: "critic" }, () => review());
  });
});
crowsnest.context({ agent: "writer", tokens: 8_200, limitTokens: 10_000 });

// Prometheus would ask for this every few seconds.
if (crowsnest.url !== undefined) console.log(await (await fetch(`${crowsnest.url}/metrics`)).text());
await crowsnest.close();

/** Stands in for an agent of yours. */
async function review(): Promise<string> {
  return crowsnest.decision({ agent: "critic", type: "approval", options: ["approve", "reject"] }, async (decision) =>
    decision.choose("approve", { confidence: 0.9, reasoning: "every assertion names a behaviour" }),
  );
}
