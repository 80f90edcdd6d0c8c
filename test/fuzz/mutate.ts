import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import type { Seed } from "./corpus.ts";

export type Random = () => number;

/** What is sent. */
export interface FuzzedRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const compressors = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync } as const;
const oddTypes = [
  "application/json",
  "application/x-ndjson",
  "application/x-protobuf",
  "text/plain",
  "application/cloudevents+json",
  "",
];
const oddEncodings = ["gzip", "deflate", "br", "zip", "identity", "GZIP"];
const oddBytes = ["{", "}", "[", '"', "\\", "\n", "\u0000", "\ufeff", "\\ud800", "ÿ", "e999", "-", "[[[[[[[[", '{"":'].map(
  (text) => Buffer.from(text),
);
const oddValues: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -0,
  -1,
  1.5,
  1e308,
  2 ** 53,
  "",
  " ",
  "0",
  "__proto__",
  "constructor",
  "\ud800",
  "x".repeat(300),
  "x".repeat(5_000),
  [],
  {},
  [[]],
  { toString: 1 },
  { __proto__: null },
  "2099-12-31T00:00:00Z",
  "5",
  Date.UTC(2099, 0),
  "task_completed",
  "budget_set",
  "workflow_started",
];

/** Something that was in order and is no longer, the same for the same seed and numbers. */
export function mutated(seeds: readonly Seed[], random: Random): FuzzedRequest {
  const seed = pick(seeds, random);
  let { body } = seed;
  if (random() < 0.6) body = mutateJson(body, random);
  if (random() < 0.5) body = mutateBytes(body, seeds, random);
  const headers: Record<string, string> = { "content-type": random() < 0.03 ? pick(oddTypes, random) : seed.contentType };
  if (random() < 0.25) {
    const encoding = pick(Object.keys(compressors) as (keyof typeof compressors)[], random);
    headers["content-encoding"] = encoding;
    body = compressors[encoding](body);
    if (random() < 0.3) body = mutateBytes(body, seeds, random);
  } else if (random() < 0.02) {
    headers["content-encoding"] = pick(oddEncodings, random);
  }
  return { path: seed.path, headers, body };
}

function mutateBytes(body: Buffer, seeds: readonly Seed[], random: Random): Buffer {
  const at = below(body.length + 1, random);
  switch (below(6, random)) {
    case 0:
      return body.subarray(0, at);
    case 1:
      return Buffer.concat([body.subarray(0, at), pick(oddBytes, random), body.subarray(at)]);
    case 2:
      return Buffer.concat([body.subarray(0, at), body.subarray(below(body.length + 1, random))]);
    case 3: {
      const other = pick(seeds, random).body;
      return Buffer.concat([body.subarray(0, at), other.subarray(below(other.length + 1, random))]);
    }
    case 4: {
      const part = body.subarray(at, at + below(64, random));
      return Buffer.concat([body.subarray(0, at), ...Array.from({ length: below(200, random) }, () => part), body.subarray(at)]);
    }
    default: {
      const copy = Buffer.from(body);
      for (let flips = 1 + below(8, random); flips > 0 && copy.length > 0; flips -= 1) {
        const place = below(copy.length, random);
        copy[place] = (copy[place] as number) ^ (1 << below(8, random));
      }
      return copy;
    }
  }
}

/** Changes some values of what is JSON; of lines, each on its own. What is no JSON stays as it is. */
function mutateJson(body: Buffer, random: Random): Buffer {
  const changed = body
    .toString()
    .split("\n")
    .map((line) => {
      try {
        const holder = { value: JSON.parse(line) as unknown };
        for (let changes = 1 + below(3, random); changes > 0; changes -= 1) changeSomewhere(holder, random);
        return JSON.stringify(holder.value) ?? "";
      } catch {
        return undefined;
      }
    });
  return changed.includes(undefined) && changed.length === 1 ? body : Buffer.from(changed.map((line) => line ?? "{").join("\n"));
}

function changeSomewhere(holder: { value: unknown }, random: Random): void {
  const places = placesIn(holder);
  const { of, key } = pick(places, random);
  const value = Reflect.get(of, key) as unknown;
  switch (below(6, random)) {
    case 0:
      if (of !== holder) Reflect.deleteProperty(of, key);
      return;
    case 1:
      return put(of, key, [value, value]);
    case 2:
      return put(of, pick(["__proto__", "constructor", "type", "data", "id", "extra"], random), value);
    case 3: {
      const other = pick(places, random);
      return put(of, key, structuredClone(Reflect.get(other.of, other.key)));
    }
    case 4:
      return put(of, key, nested(below(random() < 0.05 ? 20_000 : 50, random), value));
    default:
      return put(of, key, pick(oddValues, random));
  }
}

/** Everything that can be changed, at most some thousand places. */
function placesIn(holder: object): { readonly of: object; readonly key: string }[] {
  const places: { of: object; key: string }[] = [];
  const open: object[] = [holder];
  for (let of = open.pop(); of !== undefined && places.length < 5_000; of = open.pop()) {
    for (const [key, value] of Object.entries(of)) {
      places.push({ of, key });
      if (typeof value === "object" && value !== null) open.push(value);
    }
  }
  return places;
}

/** As JSON.parse does it: a key of any name is a property like any other. */
function put(of: object, key: string, value: unknown): void {
  Object.defineProperty(of, key, { value, enumerable: true, configurable: true, writable: true });
}

function nested(levels: number, value: unknown): unknown {
  let inner = value;
  for (let level = 0; level < levels; level += 1) inner = level % 2 === 0 ? [inner] : { a: inner };
  return inner;
}

function below(limit: number, random: Random): number {
  return Math.floor(random() * limit);
}

function pick<T>(values: readonly T[], random: Random): T {
  return values[below(values.length, random)] as T;
}
