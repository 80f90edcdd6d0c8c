import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** One request as it came. */
export interface Delivery {
  /** Since the recording began. */
  readonly afterMillis: number;
  readonly path: string;
  readonly contentType: string;
  readonly body: Buffer;
}

export interface Receiver {
  readonly url: string;
  readonly deliveries: readonly Delivery[];
  close(): void;
}

/** Takes whatever is posted, and is content with it: what a hub would get. */
export async function startReceiver(): Promise<Receiver> {
  const deliveries: Delivery[] = [];
  const startMillis = Date.now();
  const server = createServer((request, response) => {
    const afterMillis = Date.now() - startMillis;
    const contentType = request.headers["content-type"] ?? "";
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      deliveries.push({ afterMillis, path: request.url ?? "", contentType, body: Buffer.concat(chunks) });
      response.writeHead(200, { "content-type": contentType }).end(contentType.includes("json") ? "{}" : "");
    });
  });
  server.listen(0, "127.0.0.1");
  while (!server.listening) await sleep(1);
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the receiver has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    deliveries,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
