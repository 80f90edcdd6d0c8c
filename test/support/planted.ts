import { expect } from "vitest";
import { keys } from "./secrets.ts";

const key = keys.anthropic ?? "";

/** What models and tools are given and give back, each with a key in it. */
export const planted = {
  prompt: `a planted prompt ${key}`,
  answer: `a planted answer ${key}`,
  argument: `a planted argument ${key}`,
  result: `a planted result ${key}`,
} as const;

/** Which of them stand in a text. Their key must not. */
export function plantedIn(text: string): string[] {
  expect(text).not.toContain(key);
  return Object.keys(planted).filter((name) => text.includes(`a planted ${name}`));
}
