import type { Work } from "../../instrument/face.ts";
import type { WorkHandle } from "../../instrument/operation.ts";
import { quietly, settle } from "../ending.ts";
import type { RunEnding } from "./ending.ts";
import type { Run } from "./run.ts";

/** Notes a handoff that a tool has made. A run has at most one under way: what was handed over before is done with. */
export function setPending(root: Run, receivers: readonly string[], work: Work<WorkHandle>): void {
  closePending(root, { outcome: "success" });
  root.pending = { receivers: new Set(receivers.map(normalize)), work };
}

/** The handoff by which the agent gets to work, where a tool made it: the tool names the agent, or the node that it is in. */
export function takePending(run: Run, agent: string): Work<WorkHandle> | undefined {
  const { root } = run;
  const { pending } = root;
  if (pending === undefined || ![agent, ...nodeNames(run)].some((name) => pending.receivers.has(normalize(name))))
    return undefined;
  root.pending = undefined;
  return pending.work;
}

function nodeNames(agentRun: Run): string[] {
  const names: string[] = [];
  for (const run of agentRun.line()) {
    if (run.agent !== undefined) break;
    if (run.node !== undefined) names.push(run.name);
  }
  return names;
}

/** Where no run of the receiver's own has begun, it goes on inside of the sender's: the handoff lasts as long as that. */
export function closePending(root: Run, ending: RunEnding): void {
  const { pending } = root;
  root.pending = undefined;
  if (pending !== undefined) settle(pending.work, quietly(ending));
}

/** The tool that hands over to "Billing Agent" is called transfer_to_billing_agent. */
function normalize(name: string): string {
  return name.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, "_");
}
