import { describe, expect, it } from "vitest";
import { renderEventsReference } from "../../scripts/events-reference.ts";
import { eventTypes } from "../../src/events/families.ts";

const page = renderEventsReference();

/** The lines of one event type: from its heading to the next. */
function section(type: string): string[] {
  const [, rest = ""] = page.split(`\n### ${type}\n`);
  return rest.split(/\n##/)[0]?.trim().split("\n") ?? [];
}

describe("events reference", () => {
  it("has a section and a link for every event type", () => {
    const headings = [...page.matchAll(/^### (.+)$/gm)].map(([, type]) => type);
    expect(headings).toEqual([...eventTypes]);
    for (const type of eventTypes) expect(page).toContain(`[\`${type}\`](#${type})`);
  });

  it("tells each field's type, unit and whether it is required", () => {
    expect(section("context_updated")).toEqual(
      expect.arrayContaining([
        "Its envelope needs `agent`.",
        "| Field | Type | Unit | Required |",
        "| `tokens` | whole number, at least 0 | tokens | yes |",
        "| `limitTokens` | whole number, at least 0 | tokens |  |",
      ]),
    );
  });

  it("tells the values that a field may have, and the one it has when left out", () => {
    expect(section("task_failed")).toContain(
      "| `outcome` | `failure`, `cancelled`, `timeout`, `abandoned` |  | else `failure` |",
    );
  });
});
