import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { AgentEvent, StoredEvent } from "../../src/events/types.ts";
import { ExportJob, type ExportRequest } from "../../src/export/export-job.ts";
import { openReader, openStore } from "../../src/store/open-store.ts";
import { complete } from "../helpers/events.ts";
import { exampleList } from "../helpers/examples.ts";
import { tempFolder } from "../support/temp-folder.ts";

/** One event of each type with only what it needs, and one with everything that it may say. */
export function oneOfEach(): AgentEvent[] {
  return exampleList.flatMap(({ minimal, full }) => [complete(minimal), complete(full)]);
}

/** A store that holds these events and is closed; where it lies. */
export async function storeOf(events: readonly AgentEvent[]): Promise<string> {
  const location = join(await tempFolder(), "data");
  const store = await openStore(location);
  await store.append(events);
  await store.close();
  return location;
}

/** Everything that a store holds, as it gives it back. */
export function storedIn(location: string): readonly StoredEvent[] {
  const reader = openReader(location);
  onTestFinished(() => reader.close());
  return reader.query({ limit: 10_000 }).events;
}

/** What an export writes, whole. */
export function exported(request: Pick<ExportRequest, "location" | "format"> & Partial<ExportRequest>): Buffer {
  const job = new ExportJob({ selection: {}, version: "1.2.3", ...request });
  const parts: Uint8Array[] = [];
  try {
    for (let step = job.next(); step !== undefined; step = job.next()) parts.push(step.bytes);
  } finally {
    job.close();
  }
  return Buffer.concat(parts);
}
