import { existsSync, readFileSync } from "node:fs";
import { ConfigError } from "../config.ts";

const DEFAULT_FILE = "crowsnest.config.yaml";

/**
 * Reads the configuration file: the one that was named, or `crowsnest.config.yaml` where there is one.
 *
 * @throws ConfigError where it cannot be read or holds something else than options
 */
export async function readConfigFile(
  path: string | undefined,
): Promise<{ path: string; values: Record<string, unknown> } | undefined> {
  const file = path ?? DEFAULT_FILE;
  if (!existsSync(file)) {
    if (path === undefined) return undefined;
    throw new ConfigError("--config", `names ${file}, which does not exist`);
  }
  const values: unknown = await parseFile(file);
  if (values === null || values === undefined) return { path: file, values: {} };
  if (typeof values !== "object" || Array.isArray(values))
    throw new ConfigError(file, "has to hold options, one `name: value` a line");
  return { path: file, values: values as Record<string, unknown> };
}

async function parseFile(file: string): Promise<unknown> {
  // Only here: most hubs have no such file.
  const { parse } = await import("yaml");
  try {
    return parse(readFileSync(file, "utf8"));
  } catch (error) {
    const [firstLine] = String(error instanceof Error ? error.message : error).split("\n");
    throw new ConfigError(file, `cannot be read as YAML: ${firstLine}`);
  }
}
