import { loadConfig } from "../config.ts";
import { readConfigFile } from "../server/config-file.ts";
import { type Hub, startConfiguredHub } from "../server/hub.ts";
import { untilStopped } from "../server/until-stopped.ts";

/** `crowsnest serve`: the hub, until it is stopped. */
export async function serve(options: Readonly<Record<string, unknown>>): Promise<void> {
  const { config: path, ...flags } = options;
  const file = readConfigFile(path as string | undefined);
  const hub = await startConfiguredHub(loadConfig({ options: flags, spelling: "flag", file }));
  announce(hub);
  await untilStopped(() => hub.close());
}

/** The one line that says that the hub is there, and where. */
function announce(hub: Pick<Hub, "url">): void {
  console.log(`listening ${hub.url} (${hub.url}/metrics, ${hub.url}/health)`);
}
