import type { Context } from "@opentelemetry/api";
import type { Scope } from "./scope.ts";

/** What later work can belong to: its names and ids, and its OpenTelemetry context. */
export interface Surroundings {
  readonly scope: Scope;
  readonly context: Context;
}

/**
 * Knows what is current in a framework that runs its tools and callbacks without giving us a function to wrap, but keeps an async
 * context of its own.
 */
export interface Follower {
  /** Names what is current where the caller stands; undefined outside of the framework. */
  current(): string | undefined;
  /** The work that stands for it. */
  find(key: string): Surroundings | undefined;
}

const followers = new Set<Follower>();

/** What was current in each framework when a scope was last entered. */
const enteredIn = new WeakMap<Scope, ReadonlyMap<Follower, string>>();

/** From now on, calls from inside the framework nest under the work that is current in it. Returns how to stop that. */
export function follow(follower: Follower): () => void {
  followers.add(follower);
  return () => followers.delete(follower);
}

/** To be called when a scope is entered. */
export function noteEntered(scope: Scope): void {
  if (followers.size === 0) return;
  const keys = [...followers].flatMap((follower): [Follower, string][] => {
    const key = follower.current();
    return key === undefined ? [] : [[follower, key]];
  });
  enteredIn.set(scope, new Map(keys));
}

/** What surrounds the caller more closely than the scope that the async context carries; undefined where nothing does. */
export function surroundingsWithin(scope: Scope): Surroundings | undefined {
  if (followers.size === 0) return undefined;
  for (const follower of followers) {
    const key = follower.current();
    // What was entered while the same was current lies inside of it.
    if (key === undefined || wasEnteredIn(scope, follower, key)) continue;
    const found = follower.find(key);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** True where the scope was entered while `key` was current in the framework, and so lies inside of it. */
export function wasEnteredIn(scope: Scope, follower: Follower, key: string): boolean {
  return enteredIn.get(scope)?.get(follower) === key;
}
