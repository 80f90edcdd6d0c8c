import { Random } from "./random.ts";

/** What goes well and what goes wrong while the team covers one feature with tests. */
export interface Story {
  /** How often the critic sends the tests back. */
  readonly rejections: number;
  /** How often the tests fail before a fix helps; two fixes are tried before a person is asked. */
  readonly brokenRuns: number;
  /** Whether the browser crashes during the first run of the tests. */
  readonly browserCrashes: boolean;
  /** Whether the model's provider refuses the first request. */
  readonly providerOverloaded: boolean;
  /** Whether the order holds a password, which no agent may see. */
  readonly holdsSecret: boolean;
  /** Whether the first look at the result in a browser fails. */
  readonly failsValidation: boolean;
  /** How much the tests print when they fail, in characters. */
  readonly logChars: number;
}

export const smooth: Story = {
  rejections: 0,
  brokenRuns: 0,
  browserCrashes: false,
  providerOverloaded: false,
  holdsSecret: false,
  failsValidation: false,
  logChars: 1_500,
};
const rejected: Story = { ...smooth, rejections: 1 };
const flaky: Story = { ...smooth, brokenRuns: 1, browserCrashes: true };
const overloaded: Story = { ...smooth, providerOverloaded: true, rejections: 1 };
const stubborn: Story = { ...smooth, brokenRuns: 3 };
const secret: Story = { ...smooth, holdsSecret: true };
const invalid: Story = { ...smooth, failsValidation: true };
/** The fixer reads two long logs, which all but fill its context. */
const talkative: Story = { ...smooth, brokenRuns: 2, logChars: 16_500 };

/** One round. The first is told in this order, so that everything has been seen soon; later ones are shuffled. */
const round: readonly Story[] = [
  stubborn,
  secret,
  overloaded,
  talkative,
  flaky,
  smooth,
  rejected,
  invalid,
  smooth,
  flaky,
  smooth,
  talkative,
];

export const FEATURES_PER_ROUND = round.length;

/** The story of the feature with this number, counted from 0. */
export function storyOf(seed: number, featureNumber: number): Story {
  const roundNumber = Math.floor(featureNumber / round.length);
  const told = roundNumber === 0 ? round : new Random(`${seed}/round/${roundNumber}`).shuffle(round);
  return told[featureNumber % round.length] ?? smooth;
}
