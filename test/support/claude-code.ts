import { readFileSync } from "node:fs";
import type { TestHub } from "./hub.ts";
import { inRepository } from "./processes.ts";

/** A request of the real Claude Code, as it was recorded. */
export interface Delivery {
  readonly path: "/hooks/claude-code" | "/v1/logs" | "/v1/metrics";
  readonly contentType: string;
  /** Bodies in JSON. */
  readonly json?: unknown;
  /** All others. */
  readonly base64?: string;
}

/** What was recorded of a scenario, in order; `scripts/record/claude-code` records it again. */
export function recorded(scenario: "team" | "refused" | "protobuf"): Delivery[] {
  const text = readFileSync(inRepository(`test/fixtures/claude-code/${scenario}.jsonl`), "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Delivery);
}

/** Sends deliveries one after the other, as they came. */
export async function deliver({ hub }: TestHub, deliveries: readonly Delivery[]): Promise<void> {
  for (const { path, contentType, json, base64 } of deliveries) {
    const response = await fetch(`${hub.url}${path}`, {
      method: "POST",
      headers: { "content-type": contentType },
      body: json === undefined ? Buffer.from(base64 ?? "", "base64") : JSON.stringify(json),
    });
    const answer = await response.text();
    if (response.status !== 200 || answer.includes("partialSuccess"))
      throw new Error(`${path} was answered ${response.status} ${answer}`);
  }
  await hub.flush();
}

export const isHook = ({ path }: Delivery): boolean => path === "/hooks/claude-code";
export const isLog = ({ path }: Delivery): boolean => path === "/v1/logs";
export const isMetric = ({ path }: Delivery): boolean => path === "/v1/metrics";
