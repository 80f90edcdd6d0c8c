import { z } from "zod";
import { named } from "./parts/named.ts";
import { limit, outcomesAnswer, periodHours, tellOutcomes, totalsAnswer } from "./parts/outcomes/answer.ts";
import { addOutcome, newOutcomes, type Outcomes } from "./parts/outcomes/outcomes.ts";
import { addTally, answerOfTally, newTally, type Tally, tallyAnswer } from "./parts/outcomes/tally.ts";
import { defineView } from "./view.ts";

const MAX_JOURNEYS = 500;

export type State = Map<string, Outcomes<Tally>>;

const counting = { nothing: newTally, add: addTally, answerOf: answerOfTally };
const userJourney = outcomesAnswer(tallyAnswer).extend({ journey: z.string() }).meta({ id: "UserJourney" });

/** Whole runs of named user journeys (CUJ); how far people come within one is told by milestones. */
export const userJourneysView = defineView({
  summary: "Every user journey (CUJ) by its name: how often it is run and how well, how long it takes, what goes wrong.",
  version: 1,
  types: ["journey_executed"],
  query: z.strictObject({ journey: z.string().optional().describe("Name of a journey."), hours: periodHours, limit }),
  answer: z.object({
    hours: z.number().int(),
    all: totalsAnswer(tallyAnswer).describe("All journeys together."),
    journeys: z.array(userJourney).describe("The most run within the period first."),
  }),
  initial: (): State => new Map(),
  apply(state, event, timeUnixMillis) {
    if (event.type !== "journey_executed") return;
    const journey = named(state, event.data.journey, MAX_JOURNEYS, timeUnixMillis, () => newOutcomes<Tally>(timeUnixMillis));
    addOutcome(journey, event.data, timeUnixMillis, newTally);
  },
  read(state, { journey: wanted, hours, limit: most }, now) {
    const { all, each } = tellOutcomes(state, counting, { name: wanted, limit: most, hours, now });
    return { hours, all, journeys: each.map(({ name, answer }) => ({ journey: name, ...answer })) };
  },
});
