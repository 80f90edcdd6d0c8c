import { InMemoryTransport as InMemoryV2 } from "@modelcontextprotocol/client";
import { InMemoryTransport as InMemoryV1 } from "@modelcontextprotocol/sdk/inMemory.js";
import type { InMemoryTransport as ServerInMemoryV2 } from "@modelcontextprotocol/server";
import type { McpPeer } from "crowsnest/mcp";
import { onTestFinished } from "vitest";
import { type Client, clientV1, clientV2, serverV1, serverV2, type Tool, type Version } from "./parties.ts";

export interface Parties {
  readonly client: Client;
  readonly server: McpPeer;
  /** Connects the two in this process; they part with the test. */
  meet(): Promise<void>;
}

export function parties(version: Version, tools: Readonly<Record<string, Tool>>): Parties {
  if (version === "v1") {
    const [client, server] = [clientV1(), serverV1(tools)];
    const meet = async () => {
      const [near, far] = InMemoryV1.createLinkedPair();
      await Promise.all([server.connect(far), client.client.connect(near)]);
      onTestFinished(() => client.close());
    };
    return { client, server, meet };
  }
  const [client, server] = [clientV2(), serverV2(tools)];
  const meet = async () => {
    const [near, far] = InMemoryV2.createLinkedPair();
    await Promise.all([server.connect(far as unknown as ServerInMemoryV2), client.client.connect(near)]);
    onTestFinished(() => client.close());
  };
  return { client, server, meet };
}
