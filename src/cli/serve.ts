import { loadConfig } from "../config.ts";
import { readConfigFile } from "../server/config-file.ts";
import { startConfiguredHub } from "../server/hub.ts";
import { listeningLine } from "../server/listening-line.ts";
import { untilStopped } from "../server/until-stopped.ts";

/** `crowsnest serve`: the hub, until it is stopped. */
export async function serve(options: Readonly<Record<string, unknown>>): Promise<void> {
  const { config: path, ...flags } = options;
  const file = readConfigFile(path as string | undefined);
  const hub = await startConfiguredHub(loadConfig({ options: flags, spelling: "flag", file }));
  console.log(listeningLine(hub));
  await untilStopped(() => hub.close());
}
