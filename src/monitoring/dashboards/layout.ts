import type { GridPos, Panel } from "@grafana/grafana-foundation-sdk/dashboard";

/** Grafana's grid: this many columns, and rows of 38 pixels. */
const COLUMNS = 24;

/** Panels beside each other. Those without a width share what is left. */
export interface Line {
  readonly height: number;
  readonly panels: readonly (Panel | readonly [panel: Panel, width: number])[];
}

/** Lines under a heading. */
export interface Section {
  readonly title: string;
  readonly lines: readonly Line[];
}

export function line(height: number, ...panels: Line["panels"]): Line {
  return { height, panels };
}

export interface Placed<T> {
  readonly item: T;
  readonly at: GridPos;
}

/** Puts the panels of a line into the grid. */
export function place({ panels, height }: Line, y: number): Placed<Panel>[] {
  const taken = panels.reduce((sum, entry) => sum + (isSized(entry) ? entry[1] : 0), 0);
  const sharing = panels.filter((entry) => !isSized(entry)).length;
  const share = sharing === 0 ? 0 : (COLUMNS - taken) / sharing;
  if (!Number.isInteger(share) || taken + share * sharing !== COLUMNS) {
    throw new Error(`A line of ${panels.length} panels does not fill ${COLUMNS} columns.`);
  }
  let x = 0;
  return panels.map((entry) => {
    const [item, width] = isSized(entry) ? entry : [entry, share];
    const at = { h: height, w: width, x, y };
    x += width;
    return { item, at };
  });
}

/**
 * A number for a panel that stays the same wherever the panel is moved, so that links to it go on working: FNV-1a of its title,
 * folded to a size that people can read.
 */
export function panelId(title: string): number {
  let hash = 0x811c9dc5;
  for (const char of title) hash = Math.imul(hash ^ (char.codePointAt(0) as number), 0x01000193) >>> 0;
  return 1 + (((hash >>> 16) ^ hash) & 0xffff);
}

function isSized(entry: Line["panels"][number]): entry is readonly [Panel, number] {
  return Array.isArray(entry);
}
