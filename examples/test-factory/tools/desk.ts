import type { RunContext } from "@openai/agents";
import type { Desk } from "../job.ts";

/** What the run was started with. */
export function deskOf(context: RunContext<Desk> | undefined): Desk {
  if (context === undefined) throw new Error("a tool of the factory was called without its desk");
  return context.context;
}

/** What the model gets to read when a tool fails. */
export function tellModel(_context: RunContext<Desk>, error: unknown): string {
  return `That did not work: ${error instanceof Error ? error.message : String(error)}`;
}
