import type { FunctionSpanData, MCPListToolsSpanData } from "@openai/agents";
import { noteToldInside } from "../../../instrument/face.ts";
import { failureOf, settle } from "../failure.ts";
import type { Mapping } from "../mapping.ts";

/** A tool of the agent is called. */
export const mapTool: Mapping<FunctionSpanData> = (data, { crowsnest, inside }) => {
  const call = crowsnest.begin("toolCall", { tool: data.name, toolType: "function" }, inside);
  return {
    work: call,
    end(error) {
      call.handle.details({
        ...(data.mcp_data === undefined ? {} : { toolType: "mcp" }),
        ...(typeof data.input === "string" && data.input !== "" ? { arguments: data.input } : {}),
      });
      if (data.output !== "") call.handle.result(data.output);
      const failure = failureOf(error, "ToolError");
      settle(call, failure);
      // Where the run fails by its tool, that is the same error.
      if (failure !== undefined) noteToldInside(inside);
    },
  };
};

/** An MCP server is asked for its tools. */
export const mapListTools: Mapping<MCPListToolsSpanData> = (_data, { crowsnest, inside }) => {
  const call = crowsnest.begin("toolCall", { tool: "list_tools", toolType: "mcp" }, inside);
  return { work: call, end: (error) => settle(call, failureOf(error, "ToolError")) };
};
