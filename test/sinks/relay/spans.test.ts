import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { withEnvironment } from "../../support/environment.ts";
import { startTestHub } from "../../support/hub.ts";
import { startOtlpReceiver } from "../../support/otlp-receiver.ts";
import { startRelaying } from "../../support/relaying.ts";
import { until } from "../../support/until.ts";

describe("spans of a process with a hub", () => {
  test("go to the hub with the token, and on to where spans are kept, and are no events once more", async () => {
    const tempo = await startOtlpReceiver();
    withEnvironment({ OTEL_EXPORTER_OTLP_ENDPOINT: tempo.url });
    const hub = await startTestHub({ token: "s3cret", traces: false });
    withEnvironment({ OTEL_EXPORTER_OTLP_ENDPOINT: undefined, OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" });
    const { crowsnest, told } = await startRelaying(hub.hub.url, { token: "s3cret", traces: true });
    await crowsnest.agentRun({ agent: "scribe" }, () =>
      crowsnest.modelCall({ provider: "openai", model: "gpt-5" }, async (call) => {
        call.usage({ inputTokens: 120, outputTokens: 30 });
        await sleep(1);
      }),
    );
    expect(await crowsnest.flush()).toEqual({ delivered: true, problems: [] });
    await until("the spans to arrive", () => tempo.spans.length === 2 || undefined);
    expect(tempo.spans.map(({ name }) => name).sort()).toEqual(["chat gpt-5", "invoke_agent scribe"]);
    expect(tempo.spans[0]?.resource["service.name"]).toBe("relaying");
    const { events } = await hub.hub.query({ limit: 1_000 });
    expect(events.map(({ type }) => type).sort()).toEqual(["agent_completed", "agent_started", "model_called"]);
    expect(told).toEqual([]);
  });

  test("go where OpenTelemetry's own variable says, if it says so", async () => {
    const collector = await startOtlpReceiver();
    withEnvironment({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" });
    const { crowsnest } = await startRelaying("http://127.0.0.1:9", { traces: true, closeTimeoutSeconds: 0.3 });
    await crowsnest.toolCall({ agent: "scribe", tool: "grep" }, () => sleep(1));
    await crowsnest.flush();
    expect(collector.spans.map(({ name }) => name)).toEqual(["execute_tool grep"]);
  });
});
