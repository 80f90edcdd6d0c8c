import { type Framework, frameworks } from "./frameworks.ts";
import { findPackage, type MainProgram } from "./main-program.ts";

export const INSTRUMENT = "CROWSNEST_INSTRUMENT";

/** What is to be attached to: whatever the app has, or what the variable names, be it found or not, as in a bundle. */
export interface Choice {
  readonly frameworks: readonly Framework[];
  /** What is wrong with the variable; then nothing is attached to. */
  readonly problem?: string;
}

/** @param variable what `CROWSNEST_INSTRUMENT` says: names, or `off` */
export function chooseFrameworks(main: MainProgram, variable: string | undefined): Choice {
  const names = (variable ?? "").split(",").flatMap((name) => (name.trim() === "" ? [] : [name.trim()]));
  if (names.length === 1 && names[0] === "off") return { frameworks: [] };
  const known = frameworks.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const takes = `off, or a list of ${known.join(", ")}`;
    return { frameworks: [], problem: `${INSTRUMENT} takes ${takes}, but has ${JSON.stringify(unknown.slice(0, 100))}` };
  }
  if (names.length > 0) return { frameworks: frameworks.filter(({ name }) => names.includes(name)) };
  return { frameworks: frameworks.filter(({ packages }) => packages.some((name) => findPackage(name, main.url) !== undefined)) };
}
