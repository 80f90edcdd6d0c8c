import { expect, test } from "vitest";
import { startOtlpReceiver } from "../support/otlp-receiver.ts";
import { appOf, runRegistered } from "./registered.ts";

interface Told {
  readonly spans: readonly { readonly name: string; readonly scope: string; readonly id: string; readonly parent?: string }[];
  readonly fields: readonly string[];
}

test.each(["at once", "late"])(
  "an SDK that the app starts itself (%s) finds its place free, and makes the spans",
  async (when) => {
    const app = await runRegistered(appOf("host-sdk.ts"), { args: [when], env: { CROWSNEST_TRACES: "true" } });
    expect((await app.ended).code).toBe(0);
    const { spans, fields } = JSON.parse(app.output.stdout) as Told;
    expect(spans.map(({ name, scope }) => `${scope}: ${name}`)).toEqual([
      "crowsnest: chat gpt-5",
      "crowsnest: invoke_agent author",
      "crowsnest: invoke_workflow Agent workflow",
      "app: request",
    ]);
    expect(spans.slice(0, 3).map(({ parent }) => parent)).toEqual(spans.slice(1).map(({ id }) => id));
    expect(fields).toContain("traceparent");
  },
);

test("without one, spans go to where the environment says, one inside the other", async () => {
  const receiver = await startOtlpReceiver();
  const env = { CROWSNEST_TRACES: "true", OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" };
  const app = await runRegistered(appOf("own-calls.ts"), { env });
  await app.ran();
  expect((await app.ended).code).toBe(0);
  expect(app.output.stderr).toBe("");
  const [handoff, task] = receiver.spans;
  expect([handoff?.name, task?.name]).toEqual(["handoff critic", "task write"]);
  expect(handoff?.parentSpanId).toBe(task?.spanId);
  expect(task?.resource["service.name"]).toBe("app");
});
