import { clip } from "../clip.ts";
import type { AttributeNames, Dialect, SpanKind } from "./dialects/dialect.ts";
import { recognize } from "./dialects/index.ts";
import { readHandoffTarget } from "./handoff-target.ts";
import { firstText, type Span } from "./span.ts";

/** What a span tells, whichever dialect it was written in. */
export interface Meaning {
  readonly kind: SpanKind;
  /** Name of the agent, model, tool or workflow, or of the agent that takes over: "" where that is whoever comes next. */
  readonly name: string;
  /** The agent that the span itself names as the one at work. */
  readonly agent: string | undefined;
  /** Of a model. */
  readonly provider?: string | undefined;
  readonly attributes: AttributeNames;
}

const UNKNOWN = "unknown";

/** Undefined for spans that tell nothing of agents: they pass by. Names are no longer than names may be, as they are remembered. */
export function readMeaning(span: Span): Meaning | undefined {
  const meaning = readWhole(span);
  if (meaning === undefined) return undefined;
  const { name, agent, provider } = meaning;
  return { ...meaning, name: clip(name), agent: agent && clip(agent), provider: provider && clip(provider) };
}

function readWhole(span: Span): Meaning | undefined {
  const known = recognize(span);
  if (known === undefined) return undefined;
  const { dialect } = known;
  const { attributes } = dialect;
  switch (known.kind) {
    case "agent":
    case "agentCreation": {
      const agent =
        dialect.agentOf?.(span) ??
        firstText(span, attributes.agent) ??
        bracketed(span.name) ??
        afterOperation(span.name) ??
        span.name;
      // Without any name of its own it is part of whatever it stands in.
      return agent === "" ? undefined : { kind: known.kind, name: agent, agent, attributes };
    }
    case "workflow": {
      const name = firstText(span, attributes.workflow) ?? afterOperation(span.name) ?? span.name.replace(/\.kickoff$/, "");
      return { kind: "workflow", name: name === "" ? UNKNOWN : name, agent: undefined, attributes };
    }
    case "model":
    case "embedding": {
      const name = firstText(span, attributes.model) ?? dialect.modelOf?.(span) ?? UNKNOWN;
      const provider = dialect.providerOf?.(span) ?? firstText(span, attributes.provider) ?? UNKNOWN;
      return { kind: known.kind, name, provider, agent: ownAgent(span, dialect), attributes };
    }
    case "tool":
    case "handoff":
      return readTool(span, known.kind, dialect);
  }
}

function readTool(span: Span, kind: "tool" | "handoff", dialect: Dialect): Meaning {
  const { attributes } = dialect;
  const tool = firstText(span, attributes.tool) ?? afterOperation(span.name) ?? (span.name === "" ? UNKNOWN : span.name);
  const target = firstText(span, attributes.handoffTarget) ?? readHandoffTarget(span, tool, attributes.toolArguments);
  const agent = ownAgent(span, dialect);
  if (target === undefined && kind === "tool") return { kind, name: tool, agent, attributes };
  return { kind: "handoff", name: target ?? "", agent: firstText(span, attributes.handoffSource) ?? agent, attributes };
}

/** The entity of a tool or model span is the tool or model itself, so only what is called an agent counts. */
function ownAgent(span: Span, dialect: Dialect): string | undefined {
  const names = dialect.attributes.agent.filter((name) => name !== "traceloop.entity.name" && name !== "graph.node.id");
  return dialect.agentOf?.(span) ?? firstText(span, names);
}

/** `invoke_agent scribe` is called after scribe. */
function afterOperation(name: string): string | undefined {
  return /^(?:invoke_agent|create_agent|invoke_workflow|execute_tool) (.+)$/.exec(name)?.[1];
}

/** `agent_run [scribe]` is called after scribe. */
function bracketed(name: string): string | undefined {
  return /^agent_run \[(.+)\]$/.exec(name)?.[1];
}
