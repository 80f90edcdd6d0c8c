import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { onTestFinished } from "vitest";

export interface ReceivedBody {
  readonly contentType: string | undefined;
  readonly encoding: string | undefined;
  /** As it came. */
  readonly raw: Buffer;
  /** Decompressed. */
  readonly body: Buffer;
}

/** Takes whatever is posted, and keeps the bytes; ends with the test. */
export async function startByteReceiver(): Promise<{ readonly url: string; readonly received: ReceivedBody[] }> {
  const received: ReceivedBody[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const raw = Buffer.concat(chunks);
    const encoding = request.headers["content-encoding"];
    const body = encoding === "gzip" ? gunzipSync(raw) : raw;
    received.push({ contentType: request.headers["content-type"], encoding, raw, body });
    response
      .setHeader("Content-Type", request.headers["content-type"] ?? "application/json")
      .end(request.headers["content-type"] === "application/json" ? "{}" : "");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}
