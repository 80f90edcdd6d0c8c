import { attribute } from "../../tracing/semconv.ts";
import type { AttributeNames, SpanKind } from "./dialects/dialect.ts";
import { recognize } from "./dialects/index.ts";
import { readHandoffTarget } from "./handoff-target.ts";
import { firstText, type Span } from "./span.ts";

/** What a span tells, whichever dialect it was written in. */
export interface Meaning {
  readonly kind: SpanKind;
  /** Name of the agent, model, tool or workflow, or of the agent that takes over. */
  readonly name: string;
  /** The agent that the span itself names as the one at work. */
  readonly agent: string | undefined;
  readonly attributes: AttributeNames;
}

const UNKNOWN = "unknown";

/** Undefined for spans that tell nothing of agents: they pass by. */
export function readMeaning(span: Span): Meaning | undefined {
  const known = recognize(span);
  if (known === undefined) return undefined;
  const { attributes } = known.dialect;
  switch (known.kind) {
    case "agent":
    case "agentCreation": {
      const agent = firstText(span, attributes.agent) ?? bracketed(span.name) ?? afterOperation(span.name) ?? span.name;
      // Without any name of its own it is part of whatever it stands in.
      return agent === "" ? undefined : { kind: known.kind, name: agent, agent, attributes };
    }
    case "workflow": {
      const name = firstText(span, attributes.workflow) ?? afterOperation(span.name) ?? span.name.replace(/\.kickoff$/, "");
      return { kind: "workflow", name: name === "" ? UNKNOWN : name, agent: undefined, attributes };
    }
    case "model":
    case "embedding": {
      const name = firstText(span, attributes.model) ?? UNKNOWN;
      return { kind: known.kind, name, agent: ownAgent(span, attributes), attributes };
    }
    case "tool":
    case "handoff":
      return readTool(span, attributes);
  }
}

function readTool(span: Span, attributes: AttributeNames): Meaning {
  const tool = firstText(span, attributes.tool) ?? afterOperation(span.name) ?? (span.name === "" ? UNKNOWN : span.name);
  const target = firstText(span, [attribute.handoffTarget]) ?? readHandoffTarget(span, tool, attributes.toolArguments);
  if (target === undefined) return { kind: "tool", name: tool, agent: ownAgent(span, attributes), attributes };
  const from = firstText(span, [attribute.handoffSource]) ?? ownAgent(span, attributes);
  return { kind: "handoff", name: target, agent: from, attributes };
}

/** The entity of a tool or model span is the tool or model itself, so only what is called an agent counts. */
function ownAgent(span: Span, attributes: AttributeNames): string | undefined {
  return firstText(
    span,
    attributes.agent.filter((name) => name !== "traceloop.entity.name" && name !== "graph.node.id"),
  );
}

/** `invoke_agent scribe` is called after scribe. */
function afterOperation(name: string): string | undefined {
  return /^(?:invoke_agent|create_agent|invoke_workflow|execute_tool) (.+)$/.exec(name)?.[1];
}

/** `agent_run [scribe]` is called after scribe. */
function bracketed(name: string): string | undefined {
  return /^agent_run \[(.+)\]$/.exec(name)?.[1];
}
