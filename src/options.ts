import { z } from "zod";
import { ownPrices, readOwnPrices } from "./prices/own-prices.ts";
import { type Pattern, patternsOf, problemOf } from "./redaction/own-patterns.ts";

/** One option: what it takes, what it is when nobody says, and what it is for. Flags, variables and docs derive from the table. */
export interface OptionDefinition {
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
  maxWatchers: {
    schema: z.number().int().min(1).max(1_800),
    takes: "a whole number from 1 to 1800",
    help: "Most who watch the live stream at once, by WebSocket and by server-sent events together; whoever else comes is told to try again later. [default: 1500]",
  },
  allowedOrigins: {
    schema: z.union([z.string().min(1), z.array(z.string().min(1))]),
    takes: "origins of web pages such as https://console.example.com, as a list or separated by commas",
    help: "Web pages of other origins that may ask the hub and watch it, beside its own. [default: none]",
  },
  allowedHosts: {
    schema: z.union([z.string().min(1), z.array(z.string().min(1))]),
    takes: "names such as crowsnest.example.com, as a list or separated by commas",
    help: "Names that the hub answers to beside this machine's, as behind a proxy; on an address that others reach, it then answers to these only. [default: none; there, all]",
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

/** `otlpPort` as a variable: `CROWSNEST_OTLP_PORT`. */
export function variableName(option: string): string {
  return `CROWSNEST_${words(option).join("_").toUpperCase()}`;
}

/** `otlpPort` as a flag: `--otlp-port`. */
export function flagName(option: string): string {
  return `--${words(option).join("-").toLowerCase()}`;
}

function words(option: string): string[] {
  return option.split(/(?=[A-Z])/);
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
