import { readFileSync } from "node:fs";
import { z } from "zod";
import { type OwnPrices, ownPrices, readOwnPrices } from "./prices/own-prices.ts";
import { type Pattern, patternsOf, problemOf } from "./redaction/own-patterns.ts";
import { redactText } from "./redaction/redact-text.ts";

/** One option: what it takes, what it is when nobody says, and what it is for. Flags, variables and docs derive from the table. */
interface OptionDefinition {
  readonly schema: z.ZodType;
  readonly takes: string;
  readonly help: string;
  /** Says what exactly is wrong with a value that holds several; undefined where `takes` says it all. */
  readonly problem?: (value: unknown) => string | undefined;
  /** Its value is never shown. */
  readonly isSecret?: true;
}

const port = z.union([z.literal("off"), z.number().int().min(0).max(65_535)]);
const portTakes = "a port from 0 (any free one) to 65535, or off";
const flag = z.boolean();
const flagTakes = "true or false";
const positive = z.number().positive();
const pattern = z.union([z.string(), z.instanceof(RegExp)]).refine((value) => problemOf(value) === undefined);
const hubAddress = z.string().refine(isHubAddress);

/** Every option by its name in code; `--otlp-port`, `CROWSNEST_OTLP_PORT` and `otlpPort` are one. */
export const optionDefinitions = {
  service: {
    schema: z.string().min(1).max(200),
    takes: "a name of 1 to 200 characters",
    help: "Name of the service that the agents belong to; the label `service` of every metric. [default: crowsnest]",
  },
  host: {
    schema: z.string().min(1),
    takes: "an address to listen on, such as 127.0.0.1",
    help: "Address to listen on. [default: 127.0.0.1, this machine only]",
  },
  port: { schema: port, takes: portTakes, help: "Port of /metrics, /health and the API. [default: 9464]" },
  otlpPort: {
    schema: port,
    takes: portTakes,
    help: "Second port of the hub, for what OpenTelemetry exports by HTTP. [default: 4318]",
  },
  otlpGrpcPort: {
    schema: port,
    takes: portTakes,
    help: "Port of the hub for what OpenTelemetry exports by gRPC. [default: 4317]",
  },
  wsPort: {
    schema: port,
    takes: portTakes,
    help: "Second port of the hub, for WebSockets that watch the live stream; it has one at /ws of its first port, too. [default: 3010]",
  },
  liveQueueEvents: {
    schema: z.number().int().min(1).max(100_000),
    takes: "a whole number from 1 to 100000",
    help: "Most events that wait for one slow watcher of the live stream; then the oldest give way, and it is told how many. [default: 100]",
  },
  allowedOrigins: {
    schema: z.union([z.string().min(1), z.array(z.string().min(1))]),
    takes: "origins of web pages such as https://console.example.com, as a list or separated by commas",
    help: "Web pages of other origins that may ask the hub and watch it, beside its own. [default: none]",
  },
  data: {
    schema: z.string().min(1),
    takes: "the path of a folder that can be written to",
    help: "Folder for events and state. [default: .crowsnest]",
  },
  store: {
    schema: z.string().min(1),
    takes: "the path of a folder or of an SQLite file",
    help: "Where the hub keeps events. [default: events.db in the data folder]",
  },
  token: {
    schema: z.string().min(1),
    takes: "a secret text",
    isSecret: true,
    help: "What requests to the hub, but for /metrics and /health, have to send as `Authorization: Bearer`; a process with `hub` sends it. [default: none]",
  },
  hub: {
    schema: hubAddress,
    takes: "the address of a hub without a password in it, such as http://127.0.0.1:9464",
    help: "Hub that an agent process sends its events to, rather than counting them itself. [default: none]",
  },
  spool: {
    schema: z.string().min(1),
    takes: "the path of a folder that can be written to",
    help: "Folder where events for the hub wait, so that they survive a crash of the process. [default: none, they wait in memory]",
  },
  maxSpoolBytes: {
    schema: z.number().int().min(1_048_576).max(1_099_511_627_776),
    takes: "a whole number of bytes from 1048576 (1 MiB) to 1099511627776 (1 TiB)",
    help: "Most bytes in the spool; beyond it, the newest events are dropped and counted. [default: 268435456, which is 256 MiB]",
  },
  insecure: {
    schema: flag,
    takes: flagTakes,
    help: "Let anybody who reaches the hub write to it, also on an address that other machines reach. [default: false]",
  },
  metricPrefix: {
    schema: z.string().regex(/^[a-zA-Z][a-zA-Z0-9_]{0,39}$/),
    takes: "letters, digits and underscores (at most 40), beginning with a letter",
    help: "What the fleet's metrics begin with. [default: agent]",
  },
  traces: { schema: flag, takes: flagTakes, help: "Open OpenTelemetry spans. [default: true]" },
  prices: {
    schema: z.union([flag, z.literal("off"), z.string().min(1), ownPrices]),
    takes: "prices by model, the path of a YAML or JSON file with them, or off",
    help: "Prices of your own by model, before the published ones: a file with them; off works out no costs at all. [default: published prices]",
    problem: problemOfPrices,
  },
  redact: {
    schema: z.union([pattern, z.array(pattern)]),
    takes: "a regular expression, or a list of them",
    help: "Further texts to take out before anything is kept or sent on, besides keys, passwords and tokens. [default: none]",
    problem: problemOfPatterns,
  },
  captureContent: {
    schema: flag,
    takes: flagTakes,
    help: "Keep prompts, completions, and what tools are given and give back. [default: false]",
  },
  resources: {
    schema: flag,
    takes: flagTakes,
    help: "Measure processor time and memory of whatever takes time. [default: false]",
  },
  hostMetrics: { schema: flag, takes: flagTakes, help: "Export figures of the process and of the host. [default: true]" },
  console: {
    schema: z.union([flag, z.literal("always")]),
    takes: "true, false, or always",
    help: "Print every event, one line each: true where a person watches (a terminal), always also into files. [default: false]",
  },
  jsonl: {
    schema: z.string().min(1),
    takes: "the path of a folder that can be written to",
    help: "Folder to write every event to, one file a day. [default: none]",
  },
  redis: {
    schema: z.url({ protocol: /^rediss?$/, hostname: /./ }),
    takes: "the URL of a Redis, such as redis://127.0.0.1:6379",
    help: "Redis to add KPIs to, in buckets of an hour and of a day. [default: none]",
  },
  maxLabelValues: {
    schema: z.number().int().min(1).max(10_000),
    takes: "a whole number from 1 to 10000",
    help: "Most values of one label of a metric; the next become `other`. [default: 200]",
  },
  maxSeriesPerMetric: {
    schema: z.number().int().min(1).max(100_000),
    takes: "a whole number from 1 to 100000",
    help: "Most label combinations of a metric; the next become `other`. [default: 2000]",
  },
  abandonAfterSeconds: {
    schema: positive,
    takes: "a number of seconds above 0",
    help: "How long a service may be silent before its unfinished work is closed as abandoned. [default: 300]",
  },
  closeTimeoutSeconds: {
    schema: positive.max(300),
    takes: "a number of seconds above 0 and up to 300",
    help: "How long closing may take before what is left is given up and counted. [default: 5]",
  },
  signals: {
    schema: flag,
    takes: flagTakes,
    help: "Flush on SIGTERM, SIGINT and at the end of the process. [default: true]",
  },
} as const satisfies Record<string, OptionDefinition>;

export type OptionName = keyof typeof optionDefinitions;

/** What may be given, all of it optional. */
export type ConfigInput = { readonly [K in OptionName]?: z.output<(typeof optionDefinitions)[K]["schema"]> | undefined };

/** What holds, frozen. */
export interface Config {
  readonly service: string;
  readonly host: string;
  readonly port: number | "off";
  /** Whether somebody asked for this very port, rather than nobody saying anything. */
  readonly portIsChosen: boolean;
  readonly otlpPort: number | "off";
  readonly otlpPortIsChosen: boolean;
  readonly otlpGrpcPort: number | "off";
  readonly otlpGrpcPortIsChosen: boolean;
  readonly wsPort: number | "off";
  readonly wsPortIsChosen: boolean;
  readonly liveQueueEvents: number;
  readonly allowedOrigins: string | readonly string[] | undefined;
  readonly data: string;
  readonly store: string | undefined;
  readonly token: string | undefined;
  readonly hub: string | undefined;
  readonly spool: string | undefined;
  readonly maxSpoolBytes: number;
  readonly insecure: boolean;
  readonly metricPrefix: string;
  readonly traces: boolean;
  /** False for none, true for those that are published. */
  readonly prices: boolean | string | OwnPrices;
  readonly redact: Pattern | readonly Pattern[] | undefined;
  readonly captureContent: boolean;
  readonly resources: boolean;
  readonly hostMetrics: boolean;
  readonly console: boolean | "always";
  readonly jsonl: string | undefined;
  readonly redis: string | undefined;
  readonly maxLabelValues: number;
  readonly maxSeriesPerMetric: number;
  readonly abandonAfterSeconds: number;
  readonly closeTimeoutSeconds: number;
  readonly signals: boolean;
}

/** An option that was given is not one, or does not take what it was given. The message names it in the spelling that was used. */
export class ConfigError extends Error {
  readonly code = "bad_option";
  /** As the person wrote it: `port`, `--port`, `CROWSNEST_PORT`, or the key in the file. */
  readonly option: string;

  constructor(option: string, problem: string) {
    super(`${option} ${problem}`);
    this.name = "ConfigError";
    this.option = option;
  }
}

/** Where options come from, strongest first. */
export interface ConfigSources {
  /** In code, or from flags. */
  readonly options?: Readonly<Record<string, unknown>> | undefined;
  /** How `options` are spelt in messages. @default as in code */
  readonly spelling?: "code" | "flag";
  /** @default process.env */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Values of a configuration file, and the file's path for messages. */
  readonly file?: { readonly path: string; readonly values: Readonly<Record<string, unknown>> } | undefined;
}

/**
 * Puts options together: code or flags, then environment, then file, then defaults.
 *
 * @throws ConfigError naming the first option that is wrong, and what it takes
 */
export function loadConfig(sources: ConfigSources = {}): Config {
  const environment = sources.environment ?? process.env;
  const flagSpelling = sources.spelling === "flag";
  const given: Record<string, unknown> = {
    ...check({ service: variable(environment, "OTEL_SERVICE_NAME") }, () => "OTEL_SERVICE_NAME"),
    ...check(sources.file?.values ?? {}, (name) => `${name} in ${sources.file?.path}`),
    ...check(fromEnvironment(environment), variableName, readText),
    ...check(sources.options ?? {}, flagSpelling ? flagName : (name) => name, flagSpelling ? readText : undefined),
  };
  const options = given as ConfigInput;
  return Object.freeze({
    service: options.service ?? "crowsnest",
    host: options.host ?? "127.0.0.1",
    port: options.port ?? 9464,
    portIsChosen: options.port !== undefined,
    otlpPort: options.otlpPort ?? 4318,
    otlpPortIsChosen: options.otlpPort !== undefined,
    otlpGrpcPort: options.otlpGrpcPort ?? 4317,
    otlpGrpcPortIsChosen: options.otlpGrpcPort !== undefined,
    wsPort: options.wsPort ?? 3010,
    wsPortIsChosen: options.wsPort !== undefined,
    liveQueueEvents: options.liveQueueEvents ?? 100,
    allowedOrigins: options.allowedOrigins,
    data: options.data ?? ".crowsnest",
    store: options.store,
    token: options.token,
    hub: options.hub,
    spool: options.spool,
    maxSpoolBytes: options.maxSpoolBytes ?? 268_435_456,
    insecure: options.insecure ?? false,
    metricPrefix: options.metricPrefix ?? "agent",
    traces: options.traces ?? true,
    prices: options.prices === "off" ? false : (options.prices ?? true),
    redact: options.redact,
    captureContent: options.captureContent ?? false,
    resources: options.resources ?? false,
    hostMetrics: options.hostMetrics ?? true,
    console: options.console ?? false,
    jsonl: options.jsonl,
    redis: options.redis,
    maxLabelValues: options.maxLabelValues ?? 200,
    maxSeriesPerMetric: options.maxSeriesPerMetric ?? 2_000,
    abandonAfterSeconds: options.abandonAfterSeconds ?? 300,
    closeTimeoutSeconds: options.closeTimeoutSeconds ?? 5,
    signals: options.signals ?? true,
  });
}

/** `otlpPort` as a variable: `CROWSNEST_OTLP_PORT`. */
export function variableName(option: string): string {
  return `CROWSNEST_${words(option).join("_").toUpperCase()}`;
}

/** `otlpPort` as a flag: `--otlp-port`. */
export function flagName(option: string): string {
  return `--${words(option).join("-").toLowerCase()}`;
}

/** Reads text as a number or as true or false, which are written as text in flags and variables. */
function readText(text: unknown): unknown {
  if (typeof text !== "string") return text;
  if (text === "true") return true;
  if (text === "false") return false;
  return text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** The version of this package. */
export function packageVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string };
  return manifest.version;
}

/** Letters that may be wrong for a name to count as a slip of another. */
const MAX_TYPOS = 2;

function words(option: string): string[] {
  return option.split(/(?=[A-Z])/);
}

function fromEnvironment(environment: Readonly<Record<string, string | undefined>>): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const name of Object.keys(optionDefinitions)) {
    values[name] = variable(environment, variableName(name));
  }
  return values;
}

/** An empty variable is one that somebody unset in a shell or a compose file. */
function variable(environment: Readonly<Record<string, string | undefined>>, name: string): string | undefined {
  return environment[name] === "" ? undefined : environment[name];
}

function check(
  values: Readonly<Record<string, unknown>>,
  spell: (name: string) => string,
  read: (value: unknown) => unknown = (value) => value,
): Record<string, unknown> {
  const checked: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) continue;
    if (!Object.hasOwn(optionDefinitions, name)) throw new ConfigError(spell(name), `is not an option${suggestion(name)}`);
    const { schema, takes, problem, isSecret }: OptionDefinition = optionDefinitions[name as OptionName];
    const parsed = schema.safeParse(read(value));
    // A folder may be called 2026, and a service true.
    const asWritten = parsed.success ? parsed : schema.safeParse(value);
    if (!asWritten.success) {
      const shown = isSecret ? `${value === "" ? "empty" : "something else"} (it is not shown)` : printable(read(value));
      throw new ConfigError(spell(name), problem?.(value) ?? `takes ${takes}, but is ${shown}`);
    }
    checked[name] = asWritten.data;
  }
  return checked;
}

/** Which option was probably meant: the one whose letters are nearest, however they are ordered or separated. */
function suggestion(name: string): string {
  const ranked = Object.keys(optionDefinitions)
    .map((option) => ({ option, distance: letterDistance(name, option) }))
    .sort((one, other) => one.distance - other.distance);
  const [nearest] = ranked;
  if (nearest !== undefined && nearest.distance <= MAX_TYPOS) return `; did you mean ${nearest.option}?`;
  return `; there are ${Object.keys(optionDefinitions).join(", ")}`;
}

/** How many letters one word has and the other has not. */
function letterDistance(one: string, other: string): number {
  const left = [...one.toLowerCase().replaceAll(/[^a-z]/g, "")];
  const right = [...other.toLowerCase()];
  for (const letter of [...left]) {
    const at = right.indexOf(letter);
    if (at < 0) continue;
    right.splice(at, 1);
    left.splice(left.indexOf(letter), 1);
  }
  return left.length + right.length;
}

/** Whether text is an address that `/v1/events` can be put behind. */
function isHubAddress(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || !["http:", "https:"].includes(url.protocol)) return false;
  return [url.username, url.password, url.search, url.hash].every((part) => part === "");
}

function problemOfPrices(value: unknown): string | undefined {
  const read = typeof value === "object" && value !== null && !Array.isArray(value) ? readOwnPrices(value) : undefined;
  return read !== undefined && "problem" in read ? read.problem : undefined;
}

/** Which of the patterns is wrong, and why; undefined where they are no patterns at all. */
function problemOfPatterns(value: unknown): string | undefined {
  const given = patternsOf(value as Pattern | readonly Pattern[]);
  if (!Array.isArray(given) || !given.every((one) => typeof one === "string" || one instanceof RegExp)) return undefined;
  const wrong = given.find((one) => problemOf(one) !== undefined);
  return wrong && `takes ${optionDefinitions.redact.takes}, but is ${JSON.stringify(String(wrong))}, ${problemOf(wrong)}`;
}

function printable(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(redactText(value).slice(0, 100));
  return typeof value === "object" && value !== null ? "an object" : String(value);
}
