import { REDACTED } from "./placeholder.ts";

/** What a user may give as a pattern: a regular expression, or the source of one, with flags where it stands between slashes. */
export type Pattern = string | RegExp;

/** How long a pattern may take over a text that was made to be hard, of the length of the longest texts that are kept. */
const MAX_PROBE_MILLIS = 50;
const PROBE_LENGTHS = [16, 20, 24, 28, 250, 500, 1_000, 2_000];
const PROBE_LETTERS = ["a", "0", "A", " ", "-", "a0", "aA", "a ", "0-"];

/** All of the patterns that were given, one or many. */
export function patternsOf(given: Pattern | readonly Pattern[] | undefined): readonly Pattern[] {
  if (given === undefined) return [];
  return typeof given === "string" || given instanceof RegExp ? [given] : given;
}

/** What was found out about patterns, as trying them takes a while. */
const problems = new Map<string, string | undefined>();

/** Why a pattern cannot be used, as the end of a sentence that begins with it; undefined where it can. */
export function problemOf(pattern: Pattern): string | undefined {
  const written = String(pattern);
  if (!problems.has(written)) problems.set(written, findProblem(pattern));
  return problems.get(written);
}

function findProblem(pattern: Pattern): string | undefined {
  let compiled: RegExp;
  try {
    compiled = compile(pattern);
  } catch (error) {
    return `which is none (${error instanceof Error ? error.message.replace(/^.*: /s, "") : "unreadable"})`;
  }
  if ("".replace(compiled, REDACTED) !== "") return "which matches where there is nothing";
  return isSlow(compiled) ? "which takes too long on some texts (repetitions within repetitions)" : undefined;
}

/** Replaces what a user's patterns match, and leaves alone what was taken out before. */
export function ownPatterns(patterns: readonly Pattern[]): ((text: string) => string) | undefined {
  if (patterns.length === 0) return undefined;
  const compiled = patterns.map(compile);
  return (text) => {
    try {
      return compiled.reduce((redacted, pattern) => redacted.replace(pattern, REDACTED), text);
    } catch {
      // The engine's stack was full. Nobody knows what was not looked at.
      return REDACTED;
    }
  };
}

/** @throws SyntaxError */
function compile(pattern: Pattern): RegExp {
  const [source, flags] = typeof pattern === "string" ? parse(pattern) : [pattern.source, pattern.flags];
  // What is alone wrong is told as what the user wrote, without what is put around it.
  new RegExp(source, flags);
  return new RegExp(`\\[redacted\\]|(?:${source})`, `${flags.replaceAll(/[gy]/g, "")}g`);
}

function parse(pattern: string): readonly [source: string, flags: string] {
  const slashed = /^\/(.+)\/([a-z]*)$/s.exec(pattern);
  return slashed === null ? [pattern, ""] : [slashed[1] ?? "", slashed[2] ?? ""];
}

/** The best of three, as a machine that is busy with other things makes everything slow now and then. */
function isSlow(pattern: RegExp): boolean {
  return PROBE_LETTERS.some((letters) =>
    PROBE_LENGTHS.some((length) => {
      const hard = `${letters.repeat(length / letters.length)}!`;
      for (let attempt = 0; attempt < 3; attempt += 1) {
        const startedAt = performance.now();
        hard.replace(pattern, REDACTED);
        if (performance.now() - startedAt <= MAX_PROBE_MILLIS) return false;
      }
      return true;
    }),
  );
}
