import { readFileSync } from "node:fs";
import { nearNames } from "./events/near-names.ts";
import {
  type ConfigInput,
  flagName,
  type OptionDefinition,
  type OptionName,
  optionDefinitions,
  variableName,
} from "./options.ts";
import type { OwnPrices } from "./prices/own-prices.ts";
import type { Pattern } from "./redaction/own-patterns.ts";
import { redactText } from "./redaction/redact-text.ts";

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
  readonly maxWatchers: number;
  readonly allowedOrigins: string | readonly string[] | undefined;
  readonly allowedHosts: string | readonly string[] | undefined;
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
    maxWatchers: options.maxWatchers ?? 1_500,
    allowedOrigins: options.allowedOrigins,
    allowedHosts: options.allowedHosts,
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

function suggestion(name: string): string {
  const options = Object.keys(optionDefinitions);
  const [nearest] = nearNames(name, options);
  return nearest === undefined ? `; there are ${options.join(", ")}` : `; did you mean ${nearest}?`;
}

function printable(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(redactText(value).slice(0, 100));
  return typeof value === "object" && value !== null ? "an object" : String(value);
}
