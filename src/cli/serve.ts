import { loadConfig } from "../config.ts";
import { readConfigFile } from "../server/config-file.ts";
import { startConfiguredHub } from "../server/hub.ts";
import { listeningLine } from "../server/listening-line.ts";
import { untilStopped } from "../server/until-stopped.ts";

/** `crowsnest serve`: the hub, until it is stopped. */
export async function serve(options: Readonly<Record<string, unknown>>): Promise<void> {
  const { config: path, ...flags } = options;
  const file = await readConfigFile(path as string | undefined);
  const config = loadConfig({ options: flags, spelling: "flag", file });
  // No agent can attach to this hub: OpenTelemetry's SDK would take 20 MB, and make no span.
  const hub = await startConfiguredHub({ ...config, traces: false });
  console.log(listeningLine(hub));
  await untilStopped(() => hub.close());
}
