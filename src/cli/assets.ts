import { resolve } from "node:path";
import { z } from "zod";
import { ConfigError } from "../config.ts";
import { ThresholdError } from "../monitoring/thresholds.ts";
import { type AssetOptions, writeAssets } from "../monitoring/write-assets.ts";
import { optionDefinitions } from "../options.ts";

/** Flags of `crowsnest assets`, as they were written. */
export interface AssetFlags {
  readonly out: string;
  readonly prefix?: string;
  readonly runbooks?: string;
  readonly hub?: string;
  readonly job?: string;
  readonly forScale?: string;
  readonly threshold?: readonly string[];
}

const httpUrl = z.url({ protocol: /^https?$/ });
const scale = z.coerce.number().positive();
/** What stands within a matcher's quotes. */
const jobName = z.string().regex(/^[^"\\\n]+$/);

/** `crowsnest assets`: dashboards, rules and Alertmanager's configuration, for a prefix and a place of one's own. */
export function writeAssetsTo(flags: AssetFlags): void {
  const written = write(flags.out, {
    ...given("prefix", flags.prefix, optionDefinitions.metricPrefix.schema, optionDefinitions.metricPrefix.takes),
    ...given("runbookBaseUrl", flags.runbooks, z.string().min(1), "the address that stands before /AgentSilent.md", "--runbooks"),
    ...given("hubUrl", flags.hub, httpUrl, "an address such as http://crowsnest:9464", "--hub"),
    ...given("job", flags.job, jobName, "the name of a scrape job, without quotes"),
    ...given("forScale", flags.forScale, scale, "a number above 0", "--for-scale"),
    thresholds: Object.fromEntries((flags.threshold ?? []).map(readThreshold)),
  });
  console.log(`wrote ${written.length} files to ${resolve(flags.out)}:`);
  for (const path of written) console.log(`  ${path}`);
}

function given<K extends keyof AssetOptions, T>(
  name: K,
  value: string | undefined,
  schema: z.ZodType<T>,
  takes: string,
  flag = `--${name}`,
): { readonly [key in K]?: T } {
  if (value === undefined) return {};
  const { success, data } = schema.safeParse(value);
  if (!success) throw new ConfigError(flag, `takes ${takes}, but is ${JSON.stringify(value)}`);
  return { [name]: data } as { readonly [key in K]?: T };
}

function readThreshold(text: string): [name: string, value: number] {
  const [, name, value] = /^(\w+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || !Number.isFinite(Number(value))) {
    throw new ConfigError(
      "--threshold",
      `takes a name and a number, such as handoffP95Seconds=60, but is ${JSON.stringify(text)}`,
    );
  }
  return [name, Number(value)];
}

function write(folder: string, options: AssetOptions): readonly string[] {
  try {
    return writeAssets(folder, options);
  } catch (error) {
    if (error instanceof ThresholdError) throw new ConfigError("--threshold", error.message);
    const { code, path = folder } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new ConfigError("--out", `names ${folder}, but ${path} cannot be written (${code})`);
  }
}
