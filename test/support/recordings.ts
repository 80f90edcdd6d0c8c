import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Client, credentials, Metadata } from "@grpc/grpc-js";
import type { Hub } from "crowsnest/server";
import protobuf from "protobufjs/light.js";
import { otlpSchema } from "../../src/integrations/otlp/schema.ts";
import { send } from "./send.ts";

/** What a real library sent, as `npm run record` wrote it down. */
export interface RecordedLibrary {
  readonly name: string;
  readonly dialect: string;
  readonly library: string;
  readonly packages: Readonly<Record<string, string>>;
  /** What the scripted model said that it was used for. */
  readonly used: Readonly<
    Record<"calls" | "refusals" | "inputTokens" | "outputTokens" | "cacheReadTokens" | "reasoningTokens", number>
  >;
  readonly requests: readonly RecordedRequest[];
}

interface RecordedRequest {
  readonly protocol: "http" | "grpc";
  readonly contentType: string;
  readonly body: Buffer;
}

const folder = resolve(import.meta.dirname, "../fixtures/otlp");

export const recordedLibraries: readonly RecordedLibrary[] = readdirSync(folder).map((name) => {
  const meta = JSON.parse(readFileSync(join(folder, name, "meta.json"), "utf8")) as Omit<RecordedLibrary, "requests"> & {
    readonly requests: readonly (Omit<RecordedRequest, "body"> & { readonly file: string })[];
  };
  const requests = meta.requests.map(({ file, ...request }) => ({ ...request, body: readFileSync(join(folder, name, file)) }));
  return { ...meta, name, requests };
});

/** Sends a request for traces to the port that the library's exporter uses; throws where it is not taken. */
export async function sendRecorded(hub: Hub, { protocol, contentType, body }: RecordedRequest): Promise<void> {
  if (protocol === "grpc") return sendByGrpc(hub.otlpGrpcUrl, body);
  const { status } = await send(`${hub.otlpUrl}/v1/traces`, { "content-type": contentType }, body);
  if (status !== 200) throw new Error(`the hub answered ${status}`);
}

function sendByGrpc(url: string, body: Buffer): Promise<void> {
  const client = new Client(new URL(url).host, credentials.createInsecure());
  const asIs = (bytes: Buffer) => bytes;
  const path = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
  return new Promise((done, fail) => {
    client.makeUnaryRequest(path, asIs, asIs, body, new Metadata(), (error) => {
      client.close();
      if (error === null) done();
      else fail(error);
    });
  });
}

interface Scoped {
  readonly resource?: object;
  readonly scopeSpans?: readonly { readonly scope?: object; readonly spans?: readonly Ended[] }[];
}

interface Ended {
  readonly endTimeUnixNano: { readonly low: number; readonly high: number };
}

/** A request for each span, in the order in which they ended: what an exporter without batches sends. */
export function spanBySpan({ requests }: RecordedLibrary): RecordedRequest[] {
  const type = protobuf.Root.fromJSON(otlpSchema).lookupType("TracesRequest");
  const rows = requests.flatMap(({ body, ...request }) => {
    const { resourceSpans = [] } = type.decode(body) as unknown as { resourceSpans?: readonly Scoped[] };
    return resourceSpans.flatMap(({ resource, scopeSpans = [] }) =>
      scopeSpans.map(({ scope, spans = [] }) =>
        spans.map((span) => {
          const message = { resourceSpans: [{ resource, scopeSpans: [{ scope, spans: [span] }] }] };
          return { ended: span.endTimeUnixNano, request: { ...request, body: Buffer.from(type.encode(message).finish()) } };
        }),
      ),
    );
  });
  return merged(rows).map(({ request }) => request);
}

/** Those of one library stand in the order in which they ended, which their clock may not show; between libraries only that tells. */
function merged<Row extends { readonly ended: Ended["endTimeUnixNano"] }>(lists: readonly (readonly Row[])[]): Row[] {
  const rest = lists.map((list) => [...list]);
  const rows: Row[] = [];
  for (;;) {
    const first = rest
      .filter((list) => list.length > 0)
      .sort(([one], [other]) => compare(one?.ended, other?.ended))[0]
      ?.shift();
    if (first === undefined) return rows;
    rows.push(first);
  }
}

function compare(one: Ended["endTimeUnixNano"] | undefined, other: Ended["endTimeUnixNano"] | undefined): number {
  if (one === undefined || other === undefined) return 0;
  return (one.high >>> 0) - (other.high >>> 0) || (one.low >>> 0) - (other.low >>> 0);
}
