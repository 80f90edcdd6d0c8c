import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { StreamableHTTPClientTransport as HttpV2 } from "@modelcontextprotocol/client";
import { StdioClientTransport as StdioV2 } from "@modelcontextprotocol/client/stdio";
import { StdioClientTransport as StdioV1 } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport as HttpV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { acceptedContent, inputRequired } from "@modelcontextprotocol/server";
import type { AgentEvent } from "crowsnest";
import { instrumentMcp } from "crowsnest/mcp";
import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { startEmbedded } from "../../support/embedded.ts";
import { inRepository } from "../../support/processes.ts";
import { tempFolder } from "../../support/temp-folder.ts";
import { until } from "../../support/until.ts";
import { rememberSpans } from "../spans.ts";
import { serveV1, serveV2 } from "./http-servers.ts";
import { type Client, clientV1, clientV2, serverV1, serverV2, type Tool, versions } from "./parties.ts";

describe.each(versions)("a server in another process, on standard input and output (%s)", (version) => {
  test("goes on with the client's trace, and leaves the tool call to the client", async () => {
    const spans = rememberSpans();
    const { crowsnest, recorder, settle } = await startEmbedded({ traces: true });
    const jsonl = await tempFolder();
    const settings = {
      command: process.execPath,
      args: [inRepository("test/integrations/mcp/stdio-server.ts"), version, jsonl],
      env: { PATH: String(process.env.PATH), OTEL_TRACES_EXPORTER: "none" },
    };
    const client = version === "v1" ? clientV1() : clientV2();
    instrumentMcp(crowsnest, client.peer);
    onTestFinished(() => client.close());
    if ("experimental" in client.client) await client.client.connect(new StdioV1(settings));
    else await client.client.connect(new StdioV2(settings));

    const answer = await crowsnest.agentRun({ agent: "author" }, () => client.call("find", "a word"));
    expect(answer.content[0]?.text).toBe("found a word");
    await settle();
    expect(recorder.of("tool_called").map(({ agent, data }) => [agent, data.tool])).toEqual([["author", "find"]]);
    const [called] = recorder.of("tool_called");
    const [request] = await spans.named("tools/call find");
    expect(request?.attributes["network.transport"]).toBe("pipe");

    const events = await until("the server's events", async () => {
      const files = await readdir(jsonl);
      const texts = await Promise.all(files.map((file) => readFile(join(jsonl, file), "utf8")));
      const lines = texts
        .join("")
        .split("\n")
        .filter((line) => line !== "");
      return lines.length > 0 ? lines.map((line) => JSON.parse(line) as AgentEvent) : undefined;
    });
    expect(events.map(({ type, agent, traceId }) => [type, agent, traceId])).toEqual([
      ["skill_invoked", "writing-room", called?.traceId],
    ]);
  });
});

describe("without a handshake, on HTTP,", () => {
  async function met(make: () => ReturnType<typeof serverV2>) {
    const embedded = await startEmbedded();
    const client = clientV2({ pin: "2026-07-28" });
    instrumentMcp(embedded.crowsnest, client.peer, { agent: "author" });
    const url = await serveV2(make);
    return { ...embedded, client, url };
  }

  test("a tool that asks back before it answers was called once", async () => {
    const { client, recorder, settle, url } = await met(() => {
      const server = serverV2({});
      const schema = z.object({ sure: z.boolean() });
      server.registerTool("delete", {}, async ({ mcpReq }) => {
        if (acceptedContent(mcpReq.inputResponses, "sure", schema)?.sure === true)
          return { content: [{ type: "text", text: "gone" }] };
        const ask = inputRequired.elicit({ message: "Sure?", requestedSchema: schema });
        return inputRequired({ inputRequests: { sure: ask } });
      });
      return server;
    });
    client.client.registerCapabilities({ elicitation: { form: {} } });
    client.client.setRequestHandler("elicitation/create", async () => ({ action: "accept", content: { sure: true } }));
    await client.client.connect(new HttpV2(url));
    onTestFinished(() => client.close());
    const answer = await client.client.callTool({ name: "delete" });
    expect(answer.content).toEqual([{ type: "text", text: "gone" }]);
    await settle();
    expect(recorder.of("tool_called").map(({ data }) => [data.tool, data.outcome])).toEqual([["delete", "success"]]);
  });

  test("a tool call is cancelled by the end of its stream", async () => {
    const slow: Tool = () => new Promise(() => undefined);
    const { client, recorder, settle, url } = await met(() => serverV2({ slow }));
    await client.client.connect(new HttpV2(url));
    onTestFinished(() => client.close());
    const abort = new AbortController();
    setTimeout(() => abort.abort(new Error("never mind")), 50);
    await expect(client.call("slow", "a", { signal: abort.signal })).rejects.toThrow("never mind");
    await settle();
    expect(recorder.of("tool_called").map(({ data }) => data.outcome)).toEqual(["cancelled"]);
    expect(recorder.of("error_raised")).toEqual([]);
  });
});

describe("a server on HTTP", () => {
  const ways = [
    { way: "v1 to v1", make: clientV1, sessions: true },
    { way: "v1 to v2", make: clientV1, sessions: false },
    { way: "v2 to v1", make: clientV2, sessions: true },
    { way: "v2 to v2", make: clientV2, sessions: false },
    { way: "v2 to v2 without a handshake", make: () => clientV2({ pin: "2026-07-28" }), sessions: false },
  ];

  async function connect(client: Client & ReturnType<typeof clientV1 | typeof clientV2>, url: URL): Promise<void> {
    onTestFinished(() => client.close());
    if ("experimental" in client.client) await client.client.connect(new HttpV1(url) as Transport);
    else await client.client.connect(new HttpV2(url));
  }

  test.each(ways)("goes on with the client's trace and counts nothing twice ($way)", async ({ way, make, sessions }) => {
    const spans = rememberSpans();
    const { crowsnest, recorder, settle } = await startEmbedded({ traces: true });
    const find: Tool = (text) => crowsnest.skill({ skill: "find" }, async () => `found ${text}`);
    const url = way.includes("to v1")
      ? await serveV1(() => watched(serverV1({ find })))
      : await serveV2(() => watched(serverV2({ find })));
    const client = make();
    instrumentMcp(crowsnest, client.peer);
    await connect(client, url);
    const call = (text: string) => crowsnest.agentRun({ agent: "author" }, () => client.call("find", text));
    expect((await call("a")).content[0]?.text).toBe("found a");
    await Promise.all(["b", "c", "d"].map(call));
    await settle();
    expect(recorder.of("tool_called").map(({ agent, data }) => [agent, data.tool, data.server, data.outcome])).toEqual(
      Array.from({ length: 4 }, () => ["author", "find", "library", "success"]),
    );
    expect(await spans.lineOf("skill find")).toEqual(["skill find", "tools/call find", "tools/call find", "invoke_agent author"]);
    const requests = await spans.named("tools/call find");
    expect(requests).toHaveLength(8);
    expect(new Set(requests.map(({ traceId }) => traceId)).size).toBe(4);
    for (const { kind, attributes } of requests) {
      expect(attributes["network.transport"]).toBe("tcp");
      expect(attributes["mcp.session.id"]).toEqual(sessions ? expect.any(String) : undefined);
      if (kind === "CLIENT") expect(attributes["mcp.protocol.version"]).toMatch(/^20\d\d-/);
    }
    expect(recorder.of("skill_invoked").map(({ sessionId }) => sessionId !== undefined)).toEqual(
      Array.from({ length: 4 }, () => sessions),
    );

    function watched<Server extends Parameters<typeof instrumentMcp>[1]>(server: Server): Server {
      instrumentMcp(crowsnest, server);
      return server;
    }
  });

  test.each(ways)("tells the calls of clients that nobody watches ($way)", async ({ way, make }) => {
    const { crowsnest, recorder, settle } = await startEmbedded();
    const find: Tool = async (text) => text;
    const url = await (way.includes("to v1")
      ? serveV1(() => watched(serverV1({ find })))
      : serveV2(() => watched(serverV2({ find }))));
    const client = make();
    await connect(client, url);
    await client.call("find", "a");
    await settle();
    const known = way === "v1 to v2" || way === "v2 to v2" ? "unknown" : "writing-room";
    expect(recorder.of("tool_called").map(({ agent, data }) => [agent, data.tool])).toEqual([[known, "find"]]);

    function watched<Server extends Parameters<typeof instrumentMcp>[1]>(server: Server): Server {
      instrumentMcp(crowsnest, server);
      return server;
    }
  });
});
