import pico from "picocolors";
import { familyOf } from "../events/families.ts";
import type { AgentEvent, EventFamily } from "../events/types.ts";
import { describeFact, factsOf } from "./console-facts.ts";

/** Longest fact in a line, in characters: a line stays a line. */
const MAX_FACT_CHARS = 80;
const TYPE_WIDTH_CHARS = 20;

type Colors = ReturnType<typeof pico.createColors>;
type Color = Exclude<keyof Colors, "isColorSupported" | "reset">;

const colorByFamily = {
  projects: "white",
  agents: "cyan",
  handoffs: "magenta",
  decisions: "blue",
  tasks: "green",
  workflows: "greenBright",
  models: "gray",
  contexts: "yellowBright",
  quality: "cyanBright",
  money: "yellow",
  safety: "redBright",
  trouble: "red",
  journeys: "blueBright",
  state: "gray",
  research: "magentaBright",
  phases: "whiteBright",
  alerts: "redBright",
} as const satisfies Record<EventFamily, Color>;

const colorByOutcome: Readonly<Record<string, Color>> = {
  success: "green",
  passed: "green",
  approved: "green",
  failure: "red",
  failed: "red",
  rejected: "red",
  timeout: "red",
};

/** Writes events as lines: `12:03:04.567 handoff_completed    scribe → critic  success · 1.2 s`. */
export function lineWriter(useColor: boolean): (event: AgentEvent) => string {
  const colors = pico.createColors(useColor);
  return (event) => {
    const type = colors[colorByFamily[familyOf(event.type)]](event.type.padEnd(TYPE_WIDTH_CHARS));
    const parts = [colors.dim(localTime(event.timeUnixMillis)), type, colors.bold(printable(whoOf(event)))];
    const facts = factsIn(event, colors);
    return facts === "" ? parts.join(" ") : `${parts.join(" ")}  ${facts}`;
  };
}

/** The agent, or both for a handoff; the service where no agent is named. */
function whoOf(event: AgentEvent): string {
  if (event.type === "handoff_started" || event.type === "handoff_completed") {
    return `${event.data.fromAgent} → ${event.data.toAgent}`;
  }
  return event.agent ?? event.source;
}

function factsIn(event: AgentEvent, colors: Colors): string {
  const data: Readonly<Record<string, unknown>> = event.data;
  const facts = factsOf(event.type).flatMap((field) => {
    const value = data[field];
    if (value === undefined) return [];
    const text = printable(describeFact(field, value));
    return [field === "outcome" ? colors[colorByOutcome[text] ?? "yellow"](text) : text];
  });
  // Tasks are known by their id, which stands beside the data.
  const taskId = familyOf(event.type) === "tasks" ? event.taskId : undefined;
  return (taskId === undefined ? facts : [printable(taskId), ...facts]).join(" · ");
}

/** The reader's own time of day. */
function localTime(unixMillis: number): string {
  const time = new Date(unixMillis);
  const two = (part: number): string => String(part).padStart(2, "0");
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${String(time.getMilliseconds()).padStart(3, "0")}`;
}

/**
 * Text from an event as the terminal may have it. Agents pass on what models and web pages said: escape sequences could move the
 * cursor, retitle the window or type for the user, and direction marks could turn a line around. They become visible instead.
 */
function printable(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").replaceAll(/[\p{Cc}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, "�");
  return line.length <= MAX_FACT_CHARS ? line : `${line.slice(0, MAX_FACT_CHARS - 1)}…`;
}
