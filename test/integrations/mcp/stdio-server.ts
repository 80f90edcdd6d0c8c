import { createCrowsnest } from "../../../src/index.ts";
import { instrumentMcp } from "../../../src/integrations/mcp/index.ts";
import { serverV1, serverV2, type Tool } from "./parties.ts";

/** A watched server on standard input and output, of the version that the first argument says, telling into the folder of the second. */
const [, , version, jsonl = ""] = process.argv;
const crowsnest = await createCrowsnest({ service: "library", port: "off", hostMetrics: false, jsonl });

const find: Tool = (text) => crowsnest.skill({ skill: "find" }, async () => `found ${text}`);
if (version === "v1") {
  const { StdioServerTransport } = await import("@modelcontextprotocol/sdk/server/stdio.js");
  const server = serverV1({ find });
  instrumentMcp(crowsnest, server);
  await server.connect(new StdioServerTransport());
} else {
  const { StdioServerTransport } = await import("@modelcontextprotocol/server/stdio");
  const server = serverV2({ find });
  instrumentMcp(crowsnest, server);
  await server.connect(new StdioServerTransport());
}
