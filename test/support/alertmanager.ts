import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort } from "./free-port.ts";
import { isInstalled, runProgram } from "./programs.ts";
import { tempFolder } from "./temp-folder.ts";

/** Debian calls the server differently from everybody else. */
const PROGRAM = ["alertmanager", "prometheus-alertmanager"].find(isInstalled);

/** Whether Alertmanager is on this machine; `npm test` installs it where it may. */
export const hasAlertmanager = PROGRAM !== undefined && isInstalled("amtool");

/** A real Alertmanager with the given configuration; ends with the test. */
export async function startAlertmanager(configuration: string): Promise<{ readonly url: string }> {
  const folder = await tempFolder();
  const config = join(folder, "alertmanager.yml");
  await writeFile(config, configuration);
  const url = `http://127.0.0.1:${await freePort()}`;
  const server = runProgram(PROGRAM ?? "alertmanager", [
    `--config.file=${config}`,
    `--storage.path=${join(folder, "data")}`,
    `--web.listen-address=${new URL(url).host}`,
    "--cluster.listen-address=",
  ]);
  await server.until(async () => (await fetch(`${url}/-/ready`).catch(() => undefined))?.ok);
  return { url };
}
