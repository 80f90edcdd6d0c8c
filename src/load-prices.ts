import { readFile } from "node:fs/promises";
import { type Config, ConfigError } from "./config.ts";
import { type OwnPrices, readOwnPrices } from "./prices/own-prices.ts";
import type { Pricer } from "./prices/pricer.ts";

/**
 * What knows the prices that the option `prices` asks for; undefined where it asks for none. The published ones are loaded only here:
 * they are hundreds of kilobytes.
 *
 * @throws ConfigError where prices are to come from a file that cannot be read or holds something else
 */
export async function loadPricer(prices: Config["prices"]): Promise<Pricer | undefined> {
  if (prices === false) return undefined;
  const own = typeof prices === "string" ? await readPriceFile(prices) : prices;
  const { createPricer } = await import("./prices/pricer.ts");
  return createPricer(own === true ? {} : { own });
}

async function readPriceFile(path: string): Promise<OwnPrices> {
  const read = readOwnPrices(await parseFile(path));
  if ("problem" in read) throw new ConfigError(path, read.problem);
  return read.prices;
}

async function parseFile(path: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    throw new ConfigError("prices", `names ${path}, which cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  // JSON is YAML.
  const { parse } = await import("yaml");
  try {
    return parse(text);
  } catch (error) {
    const [firstLine] = String(error instanceof Error ? error.message : error).split("\n");
    throw new ConfigError(path, `cannot be read as YAML or JSON: ${firstLine}`);
  }
}
