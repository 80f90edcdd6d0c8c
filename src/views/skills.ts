import { z } from "zod";
import { touch } from "../folds/put-last.ts";
import { count, moment, momentOf, share } from "./parts/answer.ts";
import { named } from "./parts/named.ts";
import { limit, outcomesAnswer, periodHours, tellOutcomes, totalsAnswer } from "./parts/outcomes/answer.ts";
import { addOutcome, newOutcomes, type Outcomes } from "./parts/outcomes/outcomes.ts";
import { addTally, answerOfTally, newTally, resultOf, type Tally, tallyAnswer } from "./parts/outcomes/tally.ts";
import { ratio } from "./parts/sums.ts";
import { HOUR_MILLIS } from "./parts/tiers.ts";
import { defineView } from "./view.ts";

const MAX_SKILLS = 500;
/** Most runs, and most journeys, that are kept of one skill; the one that used it longest ago gives way. */
const MAX_USERS = 20;

interface SkillTally extends Tally {
  cacheHits: number;
  cacheMisses: number;
}

/** A run or a journey that uses a skill. */
interface User extends Tally {
  lastMillis: number;
}

export interface Skill extends Outcomes<SkillTally> {
  readonly journeys: Map<string, User>;
  readonly runs: Map<string, User>;
}

export type State = Map<string, Skill>;

const skillTally = tallyAnswer.extend({
  cacheHits: count,
  cacheHitRatio: share.describe("Of those that told whether a cache answered."),
});
const user = tallyAnswer.extend({ lastAt: moment });

const skillAnswer = outcomesAnswer(skillTally)
  .extend({
    skill: z.string(),
    byJourney: z
      .array(user.extend({ journey: z.string() }))
      .describe("The last 20 journeys that used it within the period, each with all that it used it for."),
    byRun: z.array(user.extend({ runId: z.string() })).describe("The last 20 runs that used it within the period, whole."),
  })
  .meta({ id: "Skill" });

const counting = {
  nothing: (): SkillTally => ({ ...newTally(), cacheHits: 0, cacheMisses: 0 }),
  add(sum: SkillTally, other: Readonly<SkillTally>): void {
    addTally(sum, other);
    sum.cacheHits += other.cacheHits;
    sum.cacheMisses += other.cacheMisses;
  },
  answerOf: (sums: SkillTally): z.output<typeof skillTally> => ({
    ...answerOfTally(sums),
    cacheHits: sums.cacheHits,
    cacheHitRatio: ratio(sums.cacheHits, sums.cacheHits + sums.cacheMisses),
  }),
};

export const skillsView = defineView({
  summary: "Every skill: how often it is used and how well, how long it takes, what goes wrong, how often a cache answers.",
  version: 1,
  types: ["skill_invoked"],
  query: z.strictObject({ skill: z.string().optional().describe("Name of a skill."), hours: periodHours, limit }),
  answer: z.object({
    hours: z.number().int(),
    all: totalsAnswer(skillTally).describe("All skills together."),
    skills: z.array(skillAnswer).describe("The most used within the period first."),
  }),
  initial: (): State => new Map(),
  apply(state, event, timeUnixMillis) {
    if (event.type !== "skill_invoked") return;
    const { data } = event;
    const skill = named(state, data.skill, MAX_SKILLS, timeUnixMillis, () => newSkill(timeUnixMillis));
    const tallies = addOutcome(skill, data, timeUnixMillis, counting.nothing);
    if (data.cacheHit !== undefined) {
      for (const tally of tallies) tally[data.cacheHit ? "cacheHits" : "cacheMisses"] += 1;
    }
    const result = resultOf(data.outcome);
    if (data.journey !== undefined) addUse(skill.journeys, data.journey, result, timeUnixMillis);
    const runId = data.runId ?? event.workflowId;
    if (runId !== undefined) addUse(skill.runs, runId, result, timeUnixMillis);
  },
  read(state, { skill: wanted, hours, limit: most }, now) {
    const { all, each } = tellOutcomes(state, counting, { name: wanted, limit: most, hours, now });
    const since = now - hours * HOUR_MILLIS;
    return {
      hours,
      all,
      skills: each.map(({ name, thing, answer }) => ({
        skill: name,
        ...answer,
        byJourney: usersSince(thing.journeys, since).map(([journey, use]) => ({ journey, ...use })),
        byRun: usersSince(thing.runs, since).map(([runId, use]) => ({ runId, ...use })),
      })),
    };
  },
});

function newSkill(timeUnixMillis: number): Skill {
  return { ...newOutcomes<SkillTally>(timeUnixMillis), journeys: new Map(), runs: new Map() };
}

function addUse(users: Map<string, User>, name: string, result: keyof Tally, timeUnixMillis: number): void {
  const known = touch(users, name, MAX_USERS, () => ({ ...newTally(), lastMillis: timeUnixMillis }));
  known[result] += 1;
  known.lastMillis = Math.max(known.lastMillis, timeUnixMillis);
}

function usersSince(users: ReadonlyMap<string, User>, since: number): [name: string, use: z.output<typeof user>][] {
  return [...users]
    .filter(([, { lastMillis }]) => lastMillis >= since)
    .sort(([, one], [, other]) => other.lastMillis - one.lastMillis)
    .map(([name, known]) => [name, { ...answerOfTally(known), lastAt: momentOf(known.lastMillis) }]);
}
