import { ConfigError } from "../config.ts";
import { issueText } from "../events/issue-text.ts";
import type { AgentEvent } from "../events/types.ts";
import { isEventType } from "../integrations/shapes/type-names.ts";
import { optionDefinitions, variableName } from "../options.ts";
import { type FilterInput, filterSchema } from "../server/live/filter.ts";
import { moment } from "../server/live/moment.ts";
import { untilStopped } from "../server/until-stopped.ts";
import { lineWriter } from "../sinks/console-line.ts";
import { ago } from "./ago.ts";
import { StreamClient, type WireEvent } from "./stream-client.ts";

/** Flags of `crowsnest events tail`, as they were written. */
export interface TailFlags {
  readonly hub?: string;
  readonly token?: string;
  readonly types?: readonly string[];
  readonly agents?: readonly string[];
  readonly workflows?: readonly string[];
  readonly sessions?: readonly string[];
  readonly services?: readonly string[];
  readonly severity?: string;
  readonly since?: string;
  readonly json?: boolean;
}

const DEFAULT_HUB = "http://127.0.0.1:9464";
const filterNames = ["types", "agents", "workflows", "sessions", "services", "severity"] as const;

/** `crowsnest events tail`: prints the live stream of a hub, a line an event, until it is stopped or nobody reads it any more. */
export async function tailEvents(flags: TailFlags): Promise<void> {
  const lineOf = flags.json === true ? (event: WireEvent) => JSON.stringify(event) : lineForPeople();
  const client = new StreamClient(
    {
      hub: optionOf("hub", flags.hub) ?? DEFAULT_HUB,
      token: optionOf("token", flags.token),
      filter: filterOf(flags),
      sinceUnixMillis: flags.since === undefined ? undefined : readSince(flags.since, Date.now()),
    },
    {
      events(events) {
        if (process.stdout.write(events.map((event) => `${lineOf(event)}\n`).join(""))) return;
        client.pause();
        process.stdout.once("drain", () => client.resume());
      },
      told: (sentence) => console.error(`crowsnest: ${sentence}`),
    },
  );
  // Whoever read has had enough, as `head` has.
  process.stdout.on("error", () => client.close());
  void untilStopped(async () => client.close());
  await client.run();
}

/**
 * A moment by ISO 8601, or how long ago: `90s`, `10m`, `2h`, `7d`.
 *
 * @throws ConfigError
 */
export function readSince(text: string, nowUnixMillis: number): number {
  const longAgo = ago(text, nowUnixMillis);
  if (longAgo !== undefined) return longAgo;
  const { success, data } = moment.safeParse(text);
  if (success) return data;
  throw new ConfigError(
    "--since",
    `takes how long ago, such as 10m, or a moment, such as 2026-11-20T12:00:00Z, but is ${JSON.stringify(text)}`,
  );
}

function optionOf(name: "hub" | "token", flag: string | undefined): string | undefined {
  const value = flag ?? process.env[variableName(name)];
  if (value === undefined || (flag === undefined && value === "")) return undefined;
  const { schema, takes } = optionDefinitions[name];
  if (schema.safeParse(value).success) return value;
  // What was meant to be a secret is not repeated.
  throw new ConfigError(flag === undefined ? variableName(name) : `--${name}`, `takes ${takes}`);
}

function filterOf(flags: TailFlags): FilterInput {
  const given = filterNames.flatMap((name) => (flags[name] === undefined ? [] : [[name, flags[name]] as const]));
  const { success, data, error } = filterSchema.safeParse(Object.fromEntries(given), { error: issueText });
  if (success) return data;
  const [{ path, message } = { path: [], message: "is not understood" }] = error.issues;
  throw new ConfigError(`--${String(path[0])}`, message);
}

/** As the console sink prints events. */
function lineForPeople(): (event: WireEvent) => string {
  const write = lineWriter(process.stdout.isTTY === true && (process.env.NO_COLOR ?? "") === "");
  return (event) => {
    // A hub that is newer than this program knows more types.
    if (!isEventType(event.event_type)) return JSON.stringify(event);
    return write(eventOf(event));
  };
}

/** As much of the event as a line shows. */
function eventOf({ event_type, timestamp, payload, service, agent, task_id }: WireEvent): AgentEvent {
  const timeUnixMillis = Math.round(timestamp * 1_000);
  return { type: event_type, timeUnixMillis, source: service, agent, taskId: task_id, data: payload } as unknown as AgentEvent;
}
