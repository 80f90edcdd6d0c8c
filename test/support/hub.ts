import { join } from "node:path";
import { type Hub, type HubOptions, startHub } from "crowsnest/server";
import { onTestFinished } from "vitest";
import { tempFolder } from "./temp-folder.ts";

export interface TestHub {
  readonly hub: Hub;
  readonly data: string;
  /** What was told to people. */
  readonly told: string[];
  /** A sample of `/metrics`, by its name and labels as they stand there. */
  metric(name: string): Promise<number | undefined>;
}

/** A hub on a free port with its events in a folder of its own; ends with the test. */
export async function startTestHub(options: HubOptions = {}): Promise<TestHub> {
  const data = options.data ?? join(await tempFolder(), "data");
  const told: string[] = [];
  const hub = await startHub({
    port: 0,
    otlpPort: "off",
    otlpGrpcPort: "off",
    wsPort: "off",
    hostMetrics: false,
    log: (message) => told.push(message),
    ...options,
    data,
  });
  onTestFinished(() => hub.close());
  return {
    hub,
    data,
    told,
    async metric(name) {
      const page = await (await fetch(`${hub.url}/metrics`)).text();
      const line = page.split("\n").find((candidate) => candidate.startsWith(`${name} `));
      return line === undefined ? undefined : Number(line.slice(name.length));
    },
  };
}
