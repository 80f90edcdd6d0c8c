import { describe, expect, it } from "vitest";
import { line, panelId, place } from "../../src/monitoring/dashboards/layout.ts";
import { panelsOf, storedDashboards } from "./dashboard-json.ts";
import { sketch } from "./dashboard-sketch.ts";

const stored = storedDashboards().map((dashboard) => [dashboard.title, dashboard] as const);
const panel = (title: string) => ({ type: "stat", title });

describe("the layout", () => {
  it.each(stored)("of %s is as drawn", async (_, dashboard) => {
    await expect(`${sketch(dashboard)}\n`).toMatchFileSnapshot(`sketches/${dashboard.uid}.txt`);
  });

  it.each(stored)("of %s fills all 24 columns, and nothing lies over anything else", (_, { panels }) => {
    const cells = new Map<string, string>();
    for (const { title, gridPos } of panels) {
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(cells.get(`${x},${y}`), `${title} lies over another panel`).toBeUndefined();
          cells.set(`${x},${y}`, title);
        }
      }
    }
    const height = Math.max(...panels.map(({ gridPos: { y, h } }) => y + h));
    expect(cells.size).toBe(24 * height);
  });

  it.each(stored)("of %s gives each panel the room that its kind needs", (_, dashboard) => {
    for (const { title, type, gridPos } of panelsOf(dashboard)) {
      const [width, height] = type === "stat" ? [3, 4] : [6, 7];
      expect(gridPos.w, title).toBeGreaterThanOrEqual(width);
      expect(gridPos.h, title).toBeGreaterThanOrEqual(height);
      expect(gridPos.h, title).toBeLessThanOrEqual(14);
    }
  });
});

describe("a line of panels", () => {
  it("shares what is left among those without a width", () => {
    const placed = place(line(8, [panel("a"), 12], panel("b"), panel("c")), 3);
    expect(placed.map(({ at }) => at)).toEqual([
      { h: 8, w: 12, x: 0, y: 3 },
      { h: 8, w: 6, x: 12, y: 3 },
      { h: 8, w: 6, x: 18, y: 3 },
    ]);
  });

  it.each([
    ["does not divide evenly", line(8, panel("a"), panel("b"), panel("c"), panel("d"), panel("e"))],
    ["is too short", line(8, [panel("a"), 12])],
    ["is too long", line(8, [panel("a"), 12], [panel("b"), 13])],
  ])("is refused where it %s", (_, wrong) => {
    expect(() => place(wrong, 0)).toThrow(/does not fill 24 columns/);
  });
});

it("numbers panels by their titles, small enough to read in an address", () => {
  expect(panelId("Errors")).toBe(panelId("Errors"));
  expect(panelId("Errors")).not.toBe(panelId("Error"));
  for (const title of ["", "Errors", "Handoffs by pair", "→"]) {
    expect(panelId(title)).toBeGreaterThan(0);
    expect(panelId(title)).toBeLessThanOrEqual(65_536);
  }
});
