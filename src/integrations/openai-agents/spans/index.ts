import type { SpanData } from "@openai/agents";
import type { Around, Begun, Mapping } from "../mapping.ts";
import { mapAgent } from "./agent.ts";
import { mapGuardrail } from "./guardrail.ts";
import { mapHandoff } from "./handoff.ts";
import { mapGeneration, mapResponse } from "./model.ts";
import { mapListTools, mapTool } from "./tool.ts";
import { mapTurn } from "./turn.ts";

/**
 * What each type of span becomes. Types that are not listed are nothing of ours, but keep the nesting: the SDK's "task", which is one
 * call of `run` and whose agents tell all there is to tell; custom spans; speech.
 */
const mappings: { readonly [T in SpanData["type"]]?: Mapping<Extract<SpanData, { type: T }>> } = {
  agent: mapAgent,
  turn: mapTurn,
  generation: mapGeneration,
  response: mapResponse,
  function: mapTool,
  handoff: mapHandoff,
  guardrail: mapGuardrail,
  mcp_tools: mapListTools,
};

const NOTHING: Begun = {};

export function mapSpan(data: SpanData, around: Around): Begun {
  const mapping = mappings[data.type] as Mapping<SpanData> | undefined;
  return mapping === undefined ? NOTHING : mapping(data, around);
}
