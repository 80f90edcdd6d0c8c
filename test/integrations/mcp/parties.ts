import { Client as ClientV2 } from "@modelcontextprotocol/client";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { McpServer as McpServerV1 } from "@modelcontextprotocol/sdk/server/mcp.js";
import { McpServer as McpServerV2 } from "@modelcontextprotocol/server";
import type { McpPeer } from "crowsnest/mcp";
import { z } from "zod";

export type Version = "v1" | "v2";
export const versions: readonly Version[] = ["v1", "v2"];

export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly timeout?: number;
  readonly onprogress?: (progress: { readonly progress: number }) => void;
}

export interface ToolAnswer {
  readonly isError?: boolean | undefined;
  readonly content: readonly { readonly type: string; readonly text?: string }[];
}

/** What a tool of the server does with its text. */
export type Tool = (text: string, notify: (progress: number) => Promise<void>) => Promise<string>;

export interface Client {
  readonly peer: McpPeer;
  call(name: string, text: string, options?: CallOptions): Promise<ToolAnswer>;
  read(uri: string): Promise<unknown>;
  prompt(name: string): Promise<unknown>;
  close(): Promise<void>;
}

export function clientV1(): Client & { readonly client: ClientV1 } {
  const client = new ClientV1({ name: "writing-room", version: "1.0.0" });
  return {
    client,
    peer: client,
    call: async (name, text, options) =>
      (await client.callTool({ name, arguments: { text } }, undefined, options)) as unknown as ToolAnswer,
    read: (uri) => client.readResource({ uri }),
    prompt: (name) => client.getPrompt({ name }),
    close: () => client.close(),
  };
}

export function clientV2(mode?: { pin: string }): Client & { readonly client: ClientV2 } {
  const options = mode === undefined ? {} : { versionNegotiation: { mode } };
  const client = new ClientV2({ name: "writing-room", version: "1.0.0" }, options);
  return {
    client,
    peer: client,
    call: (name, text, options) => client.callTool({ name, arguments: { text } }, options),
    read: (uri) => client.readResource({ uri }),
    prompt: (name) => client.getPrompt({ name }),
    close: () => client.close(),
  };
}

export function serverV1(tools: Readonly<Record<string, Tool>>): McpServerV1 {
  const server = new McpServerV1({ name: "library", version: "1.0.0" });
  for (const [name, tool] of Object.entries(tools)) {
    server.registerTool(name, { inputSchema: { text: z.string() } }, async ({ text }, extra) => {
      const progressToken = extra._meta?.progressToken;
      const notify = async (progress: number) => {
        if (progressToken === undefined) return;
        await extra.sendNotification({ method: "notifications/progress", params: { progressToken, progress } });
      };
      return { content: [{ type: "text", text: await tool(text, notify) }] };
    });
  }
  server.registerResource("note", "note://one", {}, async ({ href }) => ({ contents: [{ uri: href, text: "a note" }] }));
  server.registerPrompt("greet", {}, () => ({ messages: [{ role: "user", content: { type: "text", text: "hi" } }] }));
  return server;
}

export function serverV2(tools: Readonly<Record<string, Tool>>): McpServerV2 {
  const server = new McpServerV2({ name: "library", version: "1.0.0" });
  for (const [name, tool] of Object.entries(tools)) {
    server.registerTool(name, { inputSchema: z.object({ text: z.string() }) }, async ({ text }, { mcpReq }) => {
      const progressToken = mcpReq._meta?.progressToken;
      const notify = async (progress: number) => {
        if (progressToken === undefined) return;
        await mcpReq.notify({ method: "notifications/progress", params: { progressToken, progress } });
      };
      return { content: [{ type: "text", text: await tool(text, notify) }] };
    });
  }
  server.registerResource("note", "note://one", {}, async ({ href }) => ({ contents: [{ uri: href, text: "a note" }] }));
  server.registerPrompt("greet", {}, () => ({ messages: [{ role: "user", content: { type: "text", text: "hi" } }] }));
  return server;
}
