import fc from "fast-check";
import type { FilterInput } from "../../../src/server/live/filter.ts";
import { SocketWatcher } from "../live-clients.ts";
import { filter, START_UNIX_MILLIS } from "./drafts.ts";
import type { Place, Scene } from "./places.ts";

/** A place in the log, as a share of it where it is none of those that one would think of. */
export const seqWish = fc.oneof(
  fc.constantFrom("first", "newest", "newest - 1", "future", "last seen", "pruned"),
  fc.double({ min: 0, max: 1, noNaN: true }),
);
type SeqWish = typeof seqWish extends fc.Arbitrary<infer Value> ? Value : never;

export function seqOf(wish: SeqWish, { hub, connections }: Scene, place: number): number {
  const newest = hub.newestSeq;
  switch (wish) {
    case "first":
      return 0;
    case "newest":
      return newest;
    case "newest - 1":
      return Math.max(0, newest - 1);
    case "future":
      return newest + 70_000;
    case "last seen":
      return connections[place]?.watcher.seqs.at(-1) ?? newest;
    case "pruned":
      return Math.max(0, [...hub.pruned].at(-1) ?? 0) >> 1;
    default:
      return Math.floor(Number(wish) * newest);
  }
}

type Begin =
  | { readonly resumeFrom: SeqWish }
  | { readonly since: number }
  | { readonly pause: boolean }
  | Readonly<Record<string, never>>;
const resumeFrom = fc.record({ resumeFrom: seqWish });
export const since = fc.record({ since: fc.integer({ min: -60, max: 3_700 }) });
const pause = fc.record({ pause: fc.boolean() });
const begin: fc.Arbitrary<Begin> = fc.oneof(resumeFrom, resumeFrom, since, pause, pause, fc.constant({}));

interface Said {
  readonly subscribe?: FilterInput | undefined;
  readonly wish: Begin;
}

export function say(scene: Scene, place: number, { subscribe, wish }: Said): void {
  const connection = scene.connections[place];
  if (!(connection?.watcher instanceof SocketWatcher) || !connection.isOpen) return;
  const { newestSeq } = scene.hub;
  const begin =
    "resumeFrom" in wish
      ? { resumeFrom: seqOf(wish.resumeFrom as SeqWish, scene, place) }
      : "since" in wish
        ? { since: new Date(START_UNIX_MILLIS + Number(wish.since) * 1_000).toISOString() }
        : wish;
  if (subscribe !== undefined) connection.wishes.push({ kind: "subscribed", filter: subscribe, newestSeq });
  if ("pause" in wish) connection.wishes.push({ kind: "paused", pause: wish.pause as boolean, newestSeq });
  if ("resumeFrom" in begin) connection.wishes.push({ kind: "resumed", resumeFrom: Number(begin.resumeFrom), newestSeq });
  if ("since" in begin) connection.wishes.push({ kind: "resumed", sinceUnixMillis: Date.parse(String(begin.since)), newestSeq });
  connection.watcher.say({ ...(subscribe && { subscribe }), ...begin });
}

/** Whether these may be said one after the other, and what is looked up then. */
export function maySay(at: Place, said: readonly Said[]): boolean {
  for (const { wish } of said) {
    const resumes = "resumeFrom" in wish || "since" in wish;
    if (at.looksUp && resumes) return false;
    if ("pause" in wish && wish.pause) at.looksUp = false;
    if ("since" in wish) at.looksUp = true;
  }
  return true;
}

export const said = fc
  .record({ subscribe: fc.option(filter, { nil: undefined }), wish: begin })
  .filter(({ subscribe, wish }) => subscribe !== undefined || Object.keys(wish).length > 0);
