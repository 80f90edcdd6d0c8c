import { Command, CommanderError, Option } from "commander";
import { packageVersion } from "../config.ts";
import { flagName, type OptionName, optionDefinitions, variableName } from "../options.ts";
import { redactText } from "../redaction/redact-text.ts";
import type { AssetFlags } from "./assets.ts";
import type { RemoveFlags, SetupFlags } from "./claude-code.ts";
import type { TailFlags } from "./events-tail.ts";
import type { ExportFlags } from "./export.ts";
import type { PriceFlags } from "./prices.ts";

/**
 * Runs the command line. What a person did wrong is told in one sentence on standard error, with exit code 1 (2 where the
 * command line itself is wrong); anything else is a defect of ours and is shown in full.
 */
export async function run(argv: readonly string[]): Promise<void> {
  try {
    await createProgram().parseAsync([...argv], { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 2;
    } else if (isForPeople(error)) {
      console.error(`crowsnest: ${redactText(error.message)}`);
      process.exitCode = 1;
    } else {
      throw error;
    }
  }
}

function createProgram(): Command {
  const program = new Command("crowsnest")
    .description("The lookout of an agent fleet: metrics, traces and events of multi-agent systems.")
    .version(packageVersion())
    .exitOverride()
    .configureOutput({ outputError: (message, write) => write(redactText(message)) })
    .configureHelp({ showGlobalOptions: true });
  const serve = program
    .command("serve")
    .description("Run the hub: take events from many processes, keep them, and serve /metrics and /health.")
    .exitOverride()
    .option("--config <file>", "Configuration file. [default: crowsnest.config.yaml, where there is one]");
  for (const name of Object.keys(optionDefinitions) as OptionName[]) serve.addOption(flagOf(name));
  serve.action(async (options: Record<string, unknown>) => {
    const command = await import("./serve.ts");
    await command.serve(options);
  });
  addAssets(program);
  addEvents(program);
  addExport(program);
  addPrices(program);
  addClaudeCode(program);
  return program;
}

function addAssets(program: Command): void {
  program
    .command("assets")
    .description("Write dashboards, recording and alerting rules, and Alertmanager's configuration into a folder.")
    .exitOverride()
    .requiredOption("--out <folder>", "Folder to write into; what stands there by the same names is replaced.")
    .option("--prefix <prefix>", "What the fleet's metrics begin with: the hub's metricPrefix. [default: agent]")
    .option("--job <name>", "Scrape job whose absence means that Crowsnest is down. [default: crowsnest]")
    .option("--runbooks <url>", "What stands before /<Alert>.md in runbook_url. [default: docs/runbooks]")
    .option("--hub <url>", "Where Alertmanager reaches the hub. [default: http://crowsnest:9464]")
    .option("--for-scale <factor>", "What every for and keep_firing_for is multiplied by. [default: 1]")
    .option("--threshold <name=number>", "A threshold that is not the default; may be given again.", collect, [])
    .action(async (flags: AssetFlags) => {
      const command = await import("./assets.ts");
      command.writeAssetsTo(flags);
    });
}

function addEvents(program: Command): void {
  program
    .command("events")
    .description("Watch the events of a hub.")
    .exitOverride()
    .command("tail")
    .description("Print events as they happen, a line each; comes again by itself when the hub was away, and misses nothing.")
    .exitOverride()
    .option("--types <types>", "Event types, separated by commas.", collectList)
    .option("--agents <names>", "Names of agents, separated by commas.", collectList)
    .option("--workflows <ids>", "Ids of workflow runs, separated by commas.", collectList)
    .option("--sessions <ids>", "Ids of sessions, separated by commas.", collectList)
    .option("--services <names>", "Services that told the events, separated by commas.", collectList)
    .option("--severity <level>", "This much and more: info, warning, error or critical.")
    .option("--since <when>", "From then on: 10m, 2h or 7d ago, or a moment such as 2026-11-20T12:00:00Z. [default: now]")
    .option("--json", "Print each event as JSON.")
    .option("--hub <url>", `Where the hub listens. (${variableName("hub")}) [default: http://127.0.0.1:9464]`)
    .option("--token <token>", `What the hub wants to be sent, where it has a token. (${variableName("token")})`)
    .action(async (flags: TailFlags) => {
      const command = await import("./events-tail.ts");
      await command.tailEvents(flags);
    });
}

function addExport(program: Command): void {
  const { data, store } = optionDefinitions;
  program
    .command("export")
    .description("Write stored events into a file for notebooks; a hub may go on writing meanwhile.")
    .exitOverride()
    .option("--out <file>", "File to write, such as events.parquet, events.csv or events.jsonl; - is standard output.")
    .option("--format <format>", "jsonl, csv or parquet. [default: as the file's name ends]")
    .option("--types <types>", "Event types, separated by commas.")
    .option("--agents <names>", "Names of agents, separated by commas.")
    .option("--services <names>", "Services that told the events, separated by commas.")
    .option("--workflow <id>", "Id of a workflow run.")
    .option("--task <id>", "Id of a task.")
    .option("--session <id>", "Id of a session.")
    .option("--trace <id>", "W3C trace id.")
    .option(
      "--since <moment>",
      "From then on: 10m, 2h or 7d ago, a moment such as 2026-11-20T12:00:00Z, or a day in UTC, 2026-11-20.",
    )
    .option("--until <moment>", "Until before this moment; as --since.")
    .option("--escape-formulas", "CSV only: put an apostrophe before text that a spreadsheet would run as a formula.")
    .option("--dictionary", "Print what each column means, as a table in Markdown, and write nothing.")
    .option("--data <folder>", `${data.help} (${variableName("data")})`)
    .option("--store <path>", `${store.help} (${variableName("store")})`)
    .option("--config <file>", "Configuration file. [default: crowsnest.config.yaml, where there is one]")
    .action(async (flags: ExportFlags) => {
      const command = await import("./export.ts");
      await command.exportEvents(flags);
    });
}

function addPrices(program: Command): void {
  program
    .command("prices")
    .description("Tell what a model's calls cost, as the hub works it out, and where that comes from.")
    .exitOverride()
    .argument("<model>", "The model's name, as its calls say it.")
    .option("--provider <provider>", "Who serves it, as its calls say it.", "unknown")
    .option("--prices <file>", "File with prices of your own. (CROWSNEST_PRICES)")
    .option("--config <file>", "Configuration file. [default: crowsnest.config.yaml, where there is one]")
    .action(async (model: string, flags: PriceFlags) => {
      const command = await import("./prices.ts");
      await command.printPrices(model, flags);
    });
}

function addClaudeCode(program: Command): void {
  const claudeCode = program
    .command("claude-code")
    .description("Have Claude Code tell a hub what its sessions, agents and tools do.")
    .exitOverride();
  const settings = ["--settings <path>", "Claude Code's settings file. [default: ~/.claude/settings.json]"] as const;
  claudeCode
    .command("setup")
    .description("Print what has to stand in Claude Code's settings, or add it there.")
    .exitOverride()
    .option("--write", "Show the difference, keep a backup, and write it.")
    .option(...settings)
    .option("--hub <url>", "Where the hub listens.", "http://127.0.0.1:9464")
    .option("--token <token>", "What the hub wants to be sent, where it has a token. (CROWSNEST_TOKEN)")
    .option("--service <name>", "Service that the sessions belong to. (OTEL_SERVICE_NAME) [default: claude-code]")
    .option("--no-telemetry", "Hooks only: no tokens, no cost, no errors of the API.")
    .option("--replace", "Replace variables that send OpenTelemetry elsewhere.")
    .action(async (flags: SetupFlags) => {
      const command = await import("./claude-code.ts");
      command.setUp(flags);
    });
  claudeCode
    .command("remove")
    .description("Show what setup added to Claude Code's settings, or take it out again.")
    .exitOverride()
    .option("--write", "Keep a backup, and write it.")
    .option(...settings)
    .action(async (flags: RemoveFlags) => {
      const command = await import("./claude-code.ts");
      command.remove(flags);
    });
}

function collect(value: string, values: readonly string[]): readonly string[] {
  return [...values, value];
}

/** `a,b`, and the same flag given twice, are both lists. */
function collectList(value: string, values: readonly string[] = []): readonly string[] {
  return [...values, ...value.split(",").filter((part) => part !== "")];
}

function flagOf(name: OptionName): Option {
  const { help } = optionDefinitions[name];
  return new Option(`${flagName(name)} <value>`, `${help} (${variableName(name)})`);
}

/** Errors of ours that are somebody's mistake or the machine's state: their message is a sentence for people. */
function isForPeople(error: unknown): error is Error {
  return error instanceof Error && ["ConfigError", "HubError", "ListenError", "SettingsError", "StoreError"].includes(error.name);
}
