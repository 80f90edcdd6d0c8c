import { expect, test } from "vitest";
import { renderApiReference } from "../../scripts/api-reference.ts";
import { renderExportReference } from "../../scripts/export-reference.ts";
import { columns } from "../../src/export/columns.ts";
import { endpoints } from "../../src/server/api/endpoints/index.ts";

const page = renderApiReference();
const headings = [...page.matchAll(/^#{2,3} (.+)$/gm)].map(([, heading = ""]) => heading);

test("every endpoint has a section, and so has what is sent and streamed", () => {
  const wanted = endpoints.map(({ path }) => `\`GET ${path}\``);
  expect(headings).toEqual(expect.arrayContaining([...wanted, "`POST /v1/events`", "`GET /ws`", "`GET /metrics`"]));
});

test("every link within the page leads to a heading", () => {
  const anchors = new Set(headings.map((heading) => heading.toLowerCase().replaceAll(" ", "-")));
  const links = [...page.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor);
  expect(links.length).toBeGreaterThan(50);
  expect(links.filter((anchor) => !anchors.has(anchor ?? ""))).toEqual([]);
});

test("a parameter is told with what it takes and its default, a field with its unit and meaning", () => {
  expect(page).toContain("| `limit` | query | whole number, 1 to 1000 | `100` | Most items in the answer, 1 to 1000. |");
  expect(page).toContain("| `costUsd` | number, at least 0 | US dollars |");
  expect(page).toContain("| `silentSince` | moment by ISO 8601 or null |");
});

test("examples are real answers about a small fleet, the same each time", () => {
  const examples = [...page.matchAll(/```json\n([\s\S]+?)\n```/g)].map(([, json = ""]) => JSON.parse(json) as unknown);
  expect(examples).toContainEqual(expect.objectContaining({ agents: [expect.objectContaining({ id: "shop/scribe" })] }));
  expect(renderApiReference()).toBe(page);
});

test("the page of exports has a row for each column, with links to the event types that fill it", () => {
  const exportPage = renderExportReference();
  for (const { name } of columns) expect(exportPage).toContain(`\n| \`${name}\` |`);
  expect(exportPage).toContain("[`model_called`](events.md#model_called)");
});
