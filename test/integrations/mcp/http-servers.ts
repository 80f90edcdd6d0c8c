import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { createMcpHandler } from "@modelcontextprotocol/server";
import { onTestFinished } from "vitest";
import type { serverV1, serverV2 } from "./parties.ts";

/** Version 1: a session for each client. */
export function serveV1(make: () => ReturnType<typeof serverV1>): Promise<URL> {
  const sessions = new Map<string, StreamableHTTPServerTransport>();
  return listen(async (request, response) => {
    let transport = sessions.get(String(request.headers["mcp-session-id"]));
    if (transport === undefined) {
      const fresh = new StreamableHTTPServerTransport({
        sessionIdGenerator: randomUUID,
        onsessioninitialized: (id) => void sessions.set(id, fresh),
      });
      // Its types do not suit those of `Transport` where optional properties are exact.
      await make().connect(fresh as Transport);
      transport = fresh;
    }
    await transport.handleRequest(request, response);
  });
}

/** Version 2: a server for each request, for clients of both versions. */
export function serveV2(make: () => ReturnType<typeof serverV2>): Promise<URL> {
  const handler = createMcpHandler(make);
  return listen(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = chunks.length === 0 ? {} : { body: Buffer.concat(chunks) };
    const headers = Object.entries(request.headers).map(([name, value]): [string, string] => [name, String(value)]);
    const abort = new AbortController();
    response.once("close", () => abort.abort());
    const url = `http://${request.headers.host}${request.url}`;
    const answer = await handler.fetch(
      new Request(url, { method: request.method ?? "GET", headers, signal: abort.signal, ...body }),
    );
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    if (answer.body !== null) for await (const chunk of answer.body) response.write(chunk);
    response.end();
  });
}

async function listen(serve: (request: IncomingMessage, response: ServerResponse) => Promise<void>): Promise<URL> {
  const listener: RequestListener = (request, response) => void serve(request, response).catch(() => response.destroy());
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`);
}
