import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { createTwoFilesPatch } from "diff";
import pico from "picocolors";
import { z } from "zod";
import { ConfigError } from "../config.ts";
import { addHub, removeHub, SettingsError } from "../integrations/claude-code/merge-settings.ts";
import { asSettings, hubSettings } from "../integrations/claude-code/settings.ts";
import { optionDefinitions } from "../options.ts";
import { readSettings, replaceFile, type SettingsFile, writeText } from "./settings-file.ts";

/** Flags of `crowsnest claude-code setup`, as they were written. */
export interface SetupFlags {
  readonly hub: string;
  readonly token?: string;
  readonly service?: string;
  readonly settings?: string;
  readonly telemetry: boolean;
  readonly replace?: boolean;
  readonly write?: boolean;
}

/** Flags of `crowsnest claude-code remove`. */
export interface RemoveFlags {
  readonly settings?: string;
  readonly write?: boolean;
}

const hubUrl = z.url({ protocol: /^https?$/ });
const name = optionDefinitions.service;

/** `crowsnest claude-code setup`: prints what makes Claude Code tell a hub, or writes it into its settings. */
export function setUp(flags: SetupFlags): void {
  if (!hubUrl.safeParse(flags.hub).success) {
    throw new ConfigError("--hub", `takes an address such as http://127.0.0.1:9464, but is ${JSON.stringify(flags.hub)}`);
  }
  // As whoever starts Claude Code has it, so that its hooks and its export speak of one service.
  const service = flags.service ?? given("OTEL_SERVICE_NAME");
  const token = flags.token ?? given("CROWSNEST_TOKEN");
  if (service !== undefined && !name.schema.safeParse(service).success) throw new ConfigError("--service", `takes ${name.takes}`);
  if (token === "") throw new ConfigError("--token", `takes ${optionDefinitions.token.takes}`);
  if (token?.includes(",") === true)
    throw new ConfigError("--token", "has a comma in it, where Claude Code's list of headers would end");
  const hub = hubSettings({ url: flags.hub.replace(/\/+$/, ""), token, service, telemetry: flags.telemetry });
  if (flags.write !== true) {
    console.log(JSON.stringify(asSettings(hub), null, 2));
    console.error(`\nTo have this added to ${settingsPath(flags)}, say --write.`);
    return;
  }
  change(settingsPath(flags), (settings) => addHub(settings, hub, flags.replace ?? false));
}

/** `crowsnest claude-code remove`: its opposite. */
export function remove(flags: RemoveFlags): void {
  change(settingsPath(flags), removeHub, flags.write ?? false);
}

function change(path: string, edit: (settings: object) => object, write = true): void {
  const file = readSettings(path);
  const text = writeText(edited(file, edit), file.text);
  if (text === writeText(file.settings, file.text)) {
    console.log(`${path} is as it should be already; nothing was written`);
    return;
  }
  console.log(coloured(createTwoFilesPatch(path, path, file.text ?? "", text, "before", "after")));
  if (!write) {
    console.error(`To have this done to ${path}, say --write.`);
    return;
  }
  const backup = replaceFile(file, text);
  console.log(`wrote ${path}${backup === undefined ? "" : `; as it was before, it is kept as ${backup}`}`);
}

function edited({ path, settings }: SettingsFile, edit: (settings: object) => object): object {
  try {
    return edit(settings);
  } catch (error) {
    if (error instanceof SettingsError) throw new SettingsError(`${path} was left as it is: ${error.message}`);
    throw error;
  }
}

function settingsPath({ settings }: { readonly settings?: string }): string {
  return resolve(settings ?? join(process.env.CLAUDE_CONFIG_DIR ?? join(homedir(), ".claude"), "settings.json"));
}

/** An empty variable is one that somebody unset. */
function given(variable: string): string | undefined {
  const value = process.env[variable];
  return value === "" ? undefined : value;
}

/** Plain where nobody watches. */
function coloured(patch: string): string {
  // The library would also colour where CI is set, into files that nobody's terminal reads.
  const colors = pico.createColors(process.stdout.isTTY === true && pico.isColorSupported);
  return patch
    .split("\n")
    .filter((line) => !/^(=+$|\\ No newline)/.test(line))
    .map((line) => {
      if (/^(\+\+\+|---)/.test(line)) return colors.bold(line);
      if (line.startsWith("+")) return colors.green(line);
      return line.startsWith("-") ? colors.red(line) : line;
    })
    .join("\n");
}
