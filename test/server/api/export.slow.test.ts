import { join } from "node:path";
import { parquetMetadata } from "hyparquet";
import { expect, test } from "vitest";
import { fillStore } from "../../../bench/rebuild/log-store.ts";
import { type HubProcess, startHubProcess } from "../../support/hub-process.ts";
import { tempFolder } from "../../support/temp-folder.ts";

const isFull = process.env.CROWSNEST_SLOW !== undefined;
const EVENTS = isFull ? 1_000_000 : 50_000;
/** How long the first bytes may take, however many come after them. */
const MAX_FIRST_SECONDS = 5;
/** What a hub may take more than before, at its worst moment, however many events there are: the thread's heap, and what is on its way. */
const MAX_MORE_BYTES = 200_000_000;
/** What it may take more at the end than when a fifth had been sent. */
const MAX_GROWTH_BYTES = 100_000_000;
const PATIENCE_MILLIS = isFull ? 900_000 : 90_000;

test("an export of a whole log begins at once, in memory that does not grow with it, while others are answered", {
  timeout: PATIENCE_MILLIS,
}, async () => {
  const data = join(await tempFolder(), "data");
  const hub = await startHubProcess(data);
  // Beside the hub, which then has nothing else in its memory; it exports what is in the store, whoever put it there.
  await fillStore(data, EVENTS);
  // Whatever is loaded with the first export is no growth.
  await (await fetch(`${hub.url}/api/export?format=parquet&agents=nobody`)).arrayBuffer();

  const jsonl = await exportAs(hub, "jsonl", (chunk) => occurrences(chunk, 0x0a));
  expect(jsonl.counted).toBe(EVENTS);
  const csv = await exportAs(hub, "csv", (chunk) => occurrences(chunk, 0x0d));
  expect(csv.counted).toBe(EVENTS + 1);
  const chunks: Uint8Array[] = [];
  await exportAs(hub, "parquet", (chunk) => chunks.push(chunk));
  const file = new Uint8Array(Buffer.concat(chunks));
  expect(Number(parquetMetadata(file.buffer).num_rows)).toBe(EVENTS);
});

/** Takes an export as fast as it comes, and holds it to what it may take of time and memory. */
async function exportAs(
  hub: HubProcess,
  format: string,
  take: (chunk: Uint8Array) => number,
): Promise<{ readonly counted: number }> {
  const before = (await hub.memory()).rssBytes;
  const startedMillis = performance.now();
  const response = await fetch(`${hub.url}/api/export?format=${format}`);
  expect(response.status).toBe(200);
  const samples: number[] = [];
  let [counted, firstSeconds, sampledMillis] = [0, Number.POSITIVE_INFINITY, 0];
  for await (const chunk of response.body as ReadableStream<Uint8Array>) {
    firstSeconds = Math.min(firstSeconds, (performance.now() - startedMillis) / 1_000);
    counted += take(chunk);
    if (performance.now() - sampledMillis < 50) continue;
    sampledMillis = performance.now();
    samples.push((await hub.memory()).rssBytes);
    if (samples.length % 10 === 0) expect((await fetch(`${hub.url}/health/ready`)).status).toBe(200);
  }
  expect(firstSeconds, `${format}: first bytes`).toBeLessThan(MAX_FIRST_SECONDS);
  const peak = Math.max((await hub.memory()).peakRssBytes, ...samples);
  expect(peak - before, `${format}: memory`).toBeLessThan(MAX_MORE_BYTES);
  const early = Math.max(before, ...samples.slice(0, Math.ceil(samples.length / 5)));
  expect((samples.at(-1) ?? before) - early, `${format}: growth`).toBeLessThan(MAX_GROWTH_BYTES);
  return { counted };
}

function occurrences(chunk: Uint8Array, byte: number): number {
  let count = 0;
  for (let at = chunk.indexOf(byte); at >= 0; at = chunk.indexOf(byte, at + 1)) count += 1;
  return count;
}
