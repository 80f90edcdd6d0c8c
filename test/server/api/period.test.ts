import { expect, test } from "vitest";
import { startTestHub } from "../../support/hub.ts";
import { documentOf, expectDocumented } from "../../support/openapi.ts";

test.each(["/api/events", "/api/export"])("%s refuses a period that ends before it begins", async (path) => {
  const { hub } = await startTestHub();
  const ask = (since: string, until: string) => fetch(`${hub.url}${path}?since=${since}&until=${until}`);
  const refused = await ask("2026-11-21", "2026-11-20");
  expect(refused.status).toBe(400);
  expect(await expectDocumented(await documentOf(hub.url), refused)).toMatchObject({
    errors: [{ parameter: "until", message: "has to be after since" }],
  });
  expect((await ask("2026-11-20T12:00:00%2B01:00", "2026-11-20T12:00:00Z")).status).toBe(200);
});
