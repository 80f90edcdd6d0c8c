import type { Face } from "crowsnest";
import type { Pace } from "./pace.ts";
import { Random } from "./random.ts";
import { type Story, storyOf } from "./stories.ts";
import type { Workbench } from "./workbench.ts";

/** What all jobs of one factory share. */
export interface Factory {
  readonly crowsnest: Face;
  readonly seed: number;
  /** Name of this run of the factory, part of every id: the hub keeps the events of earlier runs. */
  readonly run: string;
  readonly pace: Pace;
  readonly workbench: Workbench;
  /** Told what each model call cost. */
  readonly spent: (agent: string, usd: number) => void;
}

/** One feature that the team covers with tests. */
export interface Job extends Factory {
  readonly number: number;
  readonly id: string;
  readonly feature: string;
  readonly story: Story;
  readonly parts: readonly Part[];
  /** The same numbers for the same seed, job and purpose, whatever else goes on. */
  random(purpose: string): Random;
}

/** A part of a feature that gets a test of its own. */
export interface Part {
  readonly index: number;
  readonly name: string;
  /** How often its tests have run to an end. */
  runs: number;
  crashes: number;
  fixes: number;
}

export const PROJECT = "shop";
export const features = ["checkout", "login", "search", "basket", "profile", "invoices", "wish list", "newsletter"] as const;
const partNames = ["the usual way", "with mistakes"] as const;

export function createJob(factory: Factory, number: number): Job {
  const id = `${factory.run}-${number}`;
  const story = storyOf(factory.seed, number);
  const random = (purpose: string) => new Random(`${factory.seed}/${number}/${purpose}`);
  const choice = random("job");
  // An order that is refused or that nobody can finish is not also split.
  const partCount = story.holdsSecret || story.brokenRuns > 1 ? 1 : choice.between(1, partNames.length);
  const parts = partNames.slice(0, partCount).map((name, index) => ({ index, name, runs: 0, crashes: 0, fixes: 0 }));
  return { ...factory, number, id, feature: choice.pick(features), story, parts, random };
}

/** What the agents' tools get to work with. */
export interface Desk {
  readonly job: Job;
  readonly part: Part;
}
