import { setTimeout as sleep } from "node:timers/promises";

/** Asks again until there is an answer; throws, with what was waited for, when the time is over. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined> | T | undefined,
  withinMillis = 20_000,
): Promise<T> {
  const end = performance.now() + withinMillis;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > end) throw new Error(`waited ${withinMillis / 1_000} s in vain for ${what}`);
    await sleep(50);
  }
}
