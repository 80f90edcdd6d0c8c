import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { freePort } from "./free-port.ts";
import { tempFolder } from "./temp-folder.ts";
import { until } from "./until.ts";

/** Whether Prometheus is on this machine; `npm test` installs it where it may. */
export const hasPrometheus = isInstalled("prometheus") && isInstalled("promtool");

interface Sample {
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
  exemplars(expression: string): Promise<Exemplar[]>;
}

/** Debian's Prometheus, scraping the given address every second; ends with the test. */
export async function startPrometheus(scrapeUrl: string): Promise<Prometheus> {
  const folder = await tempFolder();
  const config = join(folder, "prometheus.yml");
  const scrape = `  - job_name: crowsnest\n    static_configs: [{ targets: ["${new URL(scrapeUrl).host}"] }]\n`;
  await writeFile(config, `global: { scrape_interval: 1s, scrape_timeout: 1s }\nscrape_configs:\n${scrape}`);
  const url = `http://127.0.0.1:${await freePort()}`;
  const server = spawn("prometheus", [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(folder, "data")}`,
    `--web.listen-address=${new URL(url).host}`,
    "--enable-feature=exemplar-storage",
  ]);
  onTestFinished(() => endProcess(server));
  await until("Prometheus to be ready", async () => (await fetch(`${url}/-/ready`).catch(() => undefined))?.ok);
  return {
    url,
    async query(expression) {
      const { result } = (await ask(`${url}/api/v1/query?query=${encodeURIComponent(expression)}`)) as {
        result: { metric: Record<string, string>; value: [number, string] }[];
      };
      return result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
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
  if (answer.status !== "success") throw new Error(`Prometheus: ${answer.error}`);
  return answer.data;
}

async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await ended;
}

function isInstalled(program: string): boolean {
  try {
    execFileSync(program, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
