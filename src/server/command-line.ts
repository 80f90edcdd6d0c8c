import { parseArgs } from "node:util";
import { ConfigError, loadConfig } from "../config.ts";
import { flagName, type OptionName, optionDefinitions } from "../options.ts";
import { redactText } from "../redaction/redact-text.ts";
import { readConfigFile } from "./config-file.ts";
import { type Hub, startConfiguredHub } from "./hub.ts";

/**
 * Starts a hub for a program of yours that takes the flags of `crowsnest serve`: flags, then environment, then the configuration
 * file (`--config`, or `crowsnest.config.yaml` where there is one), then defaults.
 *
 * @param argv what follows the program's name, such as `process.argv.slice(2)`
 * @throws ConfigError where an option is wrong, naming it
 * @throws StoreError where the data folder cannot be used
 * @throws ListenError where the port is taken
 */
export async function startHubFromCommandLine(argv: readonly string[]): Promise<Hub> {
  const { config: path, ...options } = readFlags(argv);
  const file = await readConfigFile(path === undefined ? undefined : String(path));
  return startConfiguredHub(loadConfig({ options, spelling: "flag", file }));
}

/** Flags by the option's name in code. What is unknown stays in, as whoever checks the options can say more about it. */
function readFlags(argv: readonly string[]): Record<string, unknown> {
  const names = ["config", ...(Object.keys(optionDefinitions) as OptionName[])];
  const options = Object.fromEntries(names.map((name) => [flagName(name).slice(2), { type: "string" as const }]));
  const { values, positionals } = parseArgs({ args: [...argv], options, strict: false, allowPositionals: true });
  const flags = Object.entries(values).map(([flag, value]) => [
    flag.replaceAll(/-(\w)/g, (_dash, letter: string) => letter.toUpperCase()),
    value,
  ]);
  const [stray] = positionals;
  // A word without a flag is most often the value of a flag that does not exist, which is the better thing to name.
  if (stray !== undefined && flags.every(([name]) => names.includes(String(name)))) {
    throw new ConfigError(redactText(stray), "is not an option; options begin with --");
  }
  return Object.fromEntries(flags);
}
