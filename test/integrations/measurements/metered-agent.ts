// An agent whose own OpenTelemetry SDK exports metrics, and nothing else: two requests of a model, told in two exports.
import { setTimeout as sleep } from "node:timers/promises";
import { metrics } from "@opentelemetry/api";
import { NodeSDK } from "@opentelemetry/sdk-node";

const sdk = new NodeSDK({ serviceName: "metered" });
sdk.start();
const meter = metrics.getMeter("agent");
const tokens = meter.createHistogram("gen_ai.client.token.usage", { unit: "{token}" });
const duration = meter.createHistogram("gen_ai.client.operation.duration", { unit: "s" });
const other = meter.createCounter("http.requests");
const model = { "gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-5", "gen_ai.operation.name": "chat" };
for (const seconds of [1.5, 2.5]) {
  tokens.record(100, { ...model, "gen_ai.token.type": "input" });
  tokens.record(20, { ...model, "gen_ai.token.type": "output" });
  duration.record(seconds, model);
  other.add(1);
  // Longer than the interval between exports that the test sets.
  await sleep(600);
}
await sdk.shutdown();
