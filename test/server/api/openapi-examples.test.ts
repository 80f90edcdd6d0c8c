import { Validator } from "@seriousme/openapi-schema-validator";
import { expect, test } from "vitest";
import { endpoints } from "../../../src/server/api/endpoints/index.ts";
import { startTestHub } from "../../support/hub.ts";
import { documentOf, expectValid, type OpenApi, pointerOf } from "../../support/openapi.ts";

interface Example {
  readonly pointer: string;
  readonly name: string;
  readonly type: string;
  readonly value: unknown;
}

/** Every example of the document, with the place of the schema that it has to be right by. */
function examplesOf(document: OpenApi): Example[] {
  return under([], document).filter(({ pointer }) => !pointer.startsWith("/components"));
}

function under(path: readonly string[], value: unknown): Example[] {
  if (typeof value !== "object" || value === null) return [];
  const { example, examples, ...rest } = value as Record<string, unknown>;
  const own =
    path.at(-2) === "content"
      ? [...named(examples), ...(example === undefined ? [] : [{ name: "example", value: example }])]
      : [];
  return [
    ...own.map((one) => ({ ...one, pointer: pointerOf(...path, "schema"), type: path.at(-1) ?? "" })),
    ...Object.entries(rest).flatMap(([key, inner]) => under([...path, key], inner)),
  ];
}

function named(examples: unknown): { name: string; value: unknown }[] {
  return Object.entries((examples ?? {}) as Record<string, { value: unknown }>).map(([name, { value }]) => ({ name, value }));
}

test("the document of a hub is valid OpenAPI 3.1", async () => {
  const { hub } = await startTestHub();
  const document = (await documentOf(hub.url)) as unknown as Record<string, unknown>;
  const validator = new Validator();
  expect(await validator.validate(document)).toEqual({ valid: true });
  expect(validator.version).toBe("3.1");
  // What is checked is not everything that is JSON.
  expect(await new Validator().validate({ ...document, paths: { "/x": { get: { responses: 7 } } } })).toMatchObject({
    valid: false,
  });
});

test("every example is right by the schema that it stands beside, and all but a few answers have one", async () => {
  const { hub } = await startTestHub();
  const document = await documentOf(hub.url);
  const examples = examplesOf(document);
  for (const { pointer, name, value } of examples) expectValid(document, pointer, value, `${name} at ${pointer}`);
  const withOne = endpoints.filter(({ path }) =>
    examples.some(({ pointer }) => pointer.startsWith(pointerOf("paths", path, "get"))),
  );
  expect(withOne.map(({ path }) => path)).toEqual(endpoints.map(({ path }) => path));
});

test("each example of what may be sent is taken by a hub as it stands", async () => {
  const { hub } = await startTestHub();
  const sent = examplesOf(await documentOf(hub.url)).filter(({ pointer }) =>
    pointer.startsWith(pointerOf("paths", "/v1/events", "post")),
  );
  expect(sent.map(({ name }) => name)).toEqual(["one", "several", "again", "foreign", "lines"]);
  for (const { name, type, value } of sent) {
    const body = typeof value === "string" ? value : JSON.stringify(value);
    const response = await fetch(`${hub.url}/v1/events`, { method: "POST", headers: { "content-type": type }, body });
    expect([name, response.status, await response.json()]).toMatchObject([name, 202, { rejected: 0, errors: [] }]);
  }
  const { events } = await hub.query({ order: "oldest-first", limit: 100 });
  expect(events.map(({ type }) => type)).toEqual([
    "handoff_completed",
    "task_assigned",
    "task_completed",
    "task_completed",
    "task_assigned",
    "task_assigned",
    "task_completed",
  ]);
});
