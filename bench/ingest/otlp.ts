import { type BenchResult, median, rateResult } from "../measure.ts";
import { startServer } from "./child.ts";
import { sendAll } from "./load.ts";
import { SPANS_PER_RUN, spanBodies } from "./span-bodies.ts";

/** As many spans in a request as a BatchSpanProcessor sends. */
const RUNS_PER_REQUEST = 102;
const REQUESTS_PER_ROUND = 60;
const ROUNDS = 7;
const WARM_UP_ROUNDS = 2;

/** Spans that become events, durable before they are answered, and go on to a trace store. */
export async function benchOtlp(): Promise<BenchResult[]> {
  const traceStore = await startServer("trace-store.ts");
  const hub = await startServer("hub-server.ts", { OTEL_EXPORTER_OTLP_ENDPOINT: traceStore.url });
  const target = { url: hub.url, path: "/v1/traces", contentType: "application/x-protobuf" };
  const rates: number[] = [];
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round += 1) {
    const bodies = spanBodies(REQUESTS_PER_ROUND, RUNS_PER_REQUEST);
    const millis = await sendAll(target, bodies, 4);
    if (round >= 0) rates.push((REQUESTS_PER_ROUND * RUNS_PER_REQUEST * SPANS_PER_RUN * 1_000) / millis);
  }
  await Promise.all([hub.close(), traceStore.close()]);
  return [rateResult("OTLP spans in protobuf, durable, with forwarding", "spans/s", median(rates), 20_000)];
}
