import { WebSocket } from "ws";
import type { Endpoint } from "../../src/server/api/endpoint.ts";
import { endpoints } from "../../src/server/api/endpoints/index.ts";
import type { Random } from "./mutate.ts";

/** Something that is asked of a hub by GET. */
export interface Question {
  readonly path: string;
  /** What is wrong with a good answer to it, as its documentation has it; undefined where nothing is. */
  problem(answer: unknown): string | undefined;
}

/** What parameters may be asked to be, in order and not: words that are in the bodies that were sent, moments, numbers, and noise. */
const words = [
  ...["1", "24", "168", "720", "1000", "0", "-1", "1.5", "1e3", "NaN", "9007199254740993"],
  ...[
    "fuzz",
    "scribe",
    "fuzz/scribe",
    "unknown/scribe",
    "a",
    "T-1",
    "run-1",
    "checkout",
    "openai",
    "gpt-5",
    "review",
    "write_test",
  ],
  ...[
    "task_completed",
    "task_failed,error_raised",
    "task_assignment",
    "queued",
    "completed",
    "running",
    "warning",
    "oldest-first",
  ],
  ...["2026-11-20", "2026-11-20T12:00:00Z", "2099-12-31T00:00:00+14:00", "now", "bmV3ZXN0LWZpcnN0IDE1"],
  ...[
    "",
    " ",
    ",",
    "a,,b,",
    "__proto__",
    "constructor",
    "null",
    "\u0000",
    "\ufeff",
    "😀",
    "%",
    "../..",
    "x".repeat(300),
    "x".repeat(9_000),
  ],
];
const names = ["hours", "limit", "cursor", "agent", "id", "typo", "__proto__", "hours[]", "hours[a]"];

/** A question that may be in order, the same for the same numbers. */
export function question(random: Random): Question {
  const endpoint = pick(endpoints, random);
  const path = endpoint.path.replaceAll(/\{\w+\}/g, () => encodeURIComponent(pick(words, random) || "x"));
  const query = new URLSearchParams();
  for (const name of Object.keys(endpoint.query.shape)) if (random() < 0.4) query.append(name, pick(words, random));
  if (random() < 0.1) query.append(pick(names, random), pick(words, random));
  return {
    path: query.size === 0 ? path : `${path}?${random() < 0.05 ? `${query}%ff%` : query}`,
    problem: (answer) => problemWith(endpoint, answer),
  };
}

function problemWith({ answer: schema }: Endpoint, answer: unknown): string | undefined {
  const [issue] = schema.safeParse(answer).error?.issues ?? [];
  return issue === undefined ? undefined : `${issue.path.join(".")}: ${issue.message}`;
}

const wishes = [
  '{"subscribe":{}}',
  '{"subscribe":{"types":["task_completed","task_assignment"],"agents":["scribe"],"severity":"warning"}}',
  '{"pause":true}',
  '{"pause":false}',
  '{"resumeFrom":0}',
  '{"resumeFrom":5}',
  '{"since":"2026-11-20T12:00:00Z"}',
];
const noise = [
  "",
  "{",
  "[]",
  "null",
  '"',
  '{"subscribe":[]}',
  '{"__proto__":{"pause":true}}',
  '{"resumeFrom":-1}',
  "\u0000",
  "{".repeat(5_000),
];

/** Watches for a moment, and says what is in order and what is not. Rejects where the hub closes with a code that is none of its own. */
export async function watchOddly(url: string, random: Random): Promise<void> {
  const socket = new WebSocket(`${url.replace("http", "ws")}/ws${random() < 0.5 ? "?batch=1" : ""}`);
  // What ends with an error is closed as well.
  socket.on("error", () => undefined);
  const closed = new Promise<number>((resolve) => socket.once("close", resolve));
  await Promise.race([new Promise((resolve) => socket.once("open", resolve)), closed]);
  let mistakes = 0;
  for (let said = 0; said < 10 && socket.readyState === WebSocket.OPEN; said += 1) {
    const isMistake = random() < 0.5;
    if (isMistake) mistakes += 1;
    if (random() < 0.02) socket.send(Buffer.alloc(200_000));
    else socket.send(isMistake ? pick(noise, random) : pick(wishes, random), { binary: random() < 0.1 });
  }
  socket.close();
  const code = await closed;
  const allowed = [1000, 1001, 1005, 1006, 1007, 1008, 1009, 1013];
  if (!allowed.includes(code)) throw new Error(`a watcher who made ${mistakes} mistakes was closed with ${code}`);
}

function pick<T>(values: readonly T[], random: Random): T {
  return values[Math.floor(random() * values.length)] as T;
}
