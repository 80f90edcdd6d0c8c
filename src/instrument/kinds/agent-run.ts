import { attribute } from "../../tracing/semconv.ts";
import { cleanAmount, cleanName, cleanNames, cleanText } from "../clean.ts";
import { type OperationKind, type WorkHandle, workHandle } from "../operation.ts";
import { type CorrelationOptions, readIds } from "./ids.ts";

export interface AgentRunOptions extends CorrelationOptions {
  /** Name of the agent that runs. */
  readonly agent: string;
  readonly role?: string;
  readonly model?: string;
  readonly tools?: readonly string[];
}

export interface AgentRunHandle extends WorkHandle {
  /** The agent is alive. */
  heartbeat(): void;
  /** What the run cost as a whole, in US dollars. Shown on the event; money is counted on model calls. */
  cost(usd: number): void;
}

/** An agent at work, from its start to its answer. */
export const agentRunKind: OperationKind<AgentRunOptions, AgentRunHandle> = {
  label: "agent run",
  guarded: true,
  draft(options, _outer, { report }) {
    const agent = cleanName(options.agent, "an agent run's agent", report, "missing_agent");
    let costUsd: number | undefined;
    return {
      spanName: `invoke_agent ${agent}`,
      attributes: { [attribute.operationName]: "invoke_agent", [attribute.agentName]: agent },
      own: { ...readIds(options, report), agent },
      opens: "agentRun",
      start: {
        type: "agent_started",
        data: { role: cleanText(options.role), model: cleanText(options.model), tools: cleanNames(options.tools) },
      },
      end({ outcome, timed, failure }, span) {
        span.set(attribute.costUsd, costUsd);
        return { type: "agent_completed", data: { ...timed, ...failure, outcome, costUsd } };
      },
      handle: (operation) => ({
        ...workHandle(operation),
        heartbeat: () => operation.tell({ type: "agent_heartbeat", data: { status: "busy" } }),
        cost(usd) {
          costUsd = cleanAmount(usd, "an agent run's cost", report) ?? costUsd;
        },
      }),
    };
  },
};
