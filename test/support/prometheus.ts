import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort } from "./free-port.ts";
import { isInstalled, runProgram } from "./programs.ts";
import { tempFolder } from "./temp-folder.ts";

/** Whether Prometheus is on this machine; `npm test` installs it where it may. */
export const hasPrometheus = isInstalled("prometheus") && isInstalled("promtool");

export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Exemplar {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Prometheus {
  readonly url: string;
  query(expression: string): Promise<Sample[]>;
  /** How many series of an expression have had a number within the last seconds. */
  seriesWithin(expression: string, seconds: number): Promise<number>;
  exemplars(expression: string): Promise<Exemplar[]>;
}

/** Debian's Prometheus, scraping the given address every second; ends with the test. */
export async function startPrometheus(scrapeUrl: string): Promise<Prometheus> {
  const scrape = `  - job_name: crowsnest\n    static_configs: [{ targets: ["${new URL(scrapeUrl).host}"] }]\n`;
  const folder = await tempFolder();
  const config = join(folder, "prometheus.yml");
  await writeFile(config, `global: { scrape_interval: 1s, scrape_timeout: 1s }\nscrape_configs:\n${scrape}`);
  return runPrometheus(config, ["--enable-feature=exemplar-storage"]);
}

/** Debian's Prometheus with a configuration file of the test's; ends with the test. */
export async function runPrometheus(config: string, flags: readonly string[]): Promise<Prometheus> {
  const url = `http://127.0.0.1:${await freePort()}`;
  const data = join(await tempFolder(), "data");
  const listen = `--web.listen-address=${new URL(url).host}`;
  const server = runProgram("prometheus", [`--config.file=${config}`, `--storage.tsdb.path=${data}`, listen, ...flags]);
  await server.until(async () => (await fetch(`${url}/-/ready`).catch(() => undefined))?.ok);
  return {
    url,
    async query(expression) {
      const { result } = (await ask(`${url}/api/v1/query?query=${encodeURIComponent(expression)}`)) as {
        result: { metric: Record<string, string>; value: [number, string] }[];
      };
      return result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
    },
    async seriesWithin(expression, seconds) {
      const end = Date.now() / 1_000;
      const range = `start=${end - seconds}&end=${end}&step=${Math.max(1, Math.round(seconds / 30))}`;
      const { result } = (await ask(`${url}/api/v1/query_range?query=${encodeURIComponent(expression)}&${range}`)) as {
        result: { values: [number, string][] }[];
      };
      return result.filter(({ values }) => values.some(([, value]) => value !== "NaN")).length;
    },
    async exemplars(expression) {
      const seconds = Date.now() / 1_000;
      const range = `start=${seconds - 600}&end=${seconds + 60}`;
      const series = (await ask(`${url}/api/v1/query_exemplars?query=${encodeURIComponent(expression)}&${range}`)) as {
        exemplars: { labels: Record<string, string>; value: string }[];
      }[];
      return series.flatMap(({ exemplars }) => exemplars.map(({ labels, value }) => ({ labels, value: Number(value) })));
    },
  };
}

async function ask(url: string): Promise<unknown> {
  const answer = (await (await fetch(url)).json()) as { status: string; error?: string; data: unknown };
  if (answer.status !== "success") throw new Error(`Prometheus: ${answer.error} (${decodeURIComponent(url)})`);
  return answer.data;
}
