import { type Crowsnest, type CrowsnestOptions, createCrowsnest } from "crowsnest";
import { onTestFinished } from "vitest";
import { Recorder } from "./recorder.ts";

export interface Embedded {
  readonly crowsnest: Crowsnest;
  readonly recorder: Recorder;
  /** What was told to people. */
  readonly told: string[];
  /** Everything that was emitted has reached the recorder. */
  settle(): Promise<void>;
  /** A sample of `/metrics`, by its name and labels as they stand there. */
  metric(name: string): Promise<number | undefined>;
}

/** An embedded Crowsnest that records its events and listens on a free port; ends with the test. */
export async function startEmbedded(options: CrowsnestOptions = {}): Promise<Embedded> {
  const recorder = new Recorder();
  const told: string[] = [];
  const crowsnest = await createCrowsnest({
    service: "test",
    port: 0,
    traces: false,
    hostMetrics: false,
    signals: false,
    log: (message) => told.push(message),
    ...options,
    sinks: [recorder, ...(options.sinks ?? [])],
  });
  onTestFinished(() => crowsnest.close());
  return {
    crowsnest,
    recorder,
    told,
    settle: async () => void (await crowsnest.flush()),
    async metric(name) {
      const page = await (await fetch(`${crowsnest.url}/metrics`)).text();
      const line = page.split("\n").find((candidate) => candidate.startsWith(`${name} `));
      return line === undefined ? undefined : Number(line.slice(name.length));
    },
  };
}
