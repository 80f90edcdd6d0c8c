import type { z } from "zod";
import type { Endpoint } from "./endpoint.ts";
import { type JsonSchema, JsonSchemas } from "./openapi/json-schemas.ts";
import { type Answer, type Bodies, type Examples, type Operation, operationOf, sharedAnswers } from "./openapi/operation.ts";
import { otherOperations } from "./openapi/operations/index.ts";

/**
 * The OpenAPI 3.1 document of everything that a hub answers, made from the schemas that validate its parameters and type its answers.
 *
 * @param examples an answer of each endpoint, by its path
 */
export function openApiDocument(
  endpoints: readonly Endpoint[],
  version: string,
  examples: ReadonlyMap<string, unknown> = new Map(),
): object {
  const operations = [...endpoints.map((each) => operationOf(each, examples.get(each.path))), ...otherOperations];
  const schemas = new JsonSchemas();
  const responses = responsesOf(sharedAnswers, schemas);
  const paths = Object.groupBy(operations, ({ path }) => path) as Record<string, readonly Operation[]>;
  return {
    openapi: "3.1.1",
    info: {
      title: "Crowsnest",
      version,
      description: "How a fleet of AI agents is doing. Durations are in seconds, money in US dollars, moments by ISO 8601.",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/" }],
    security: [{}, { token: [] }],
    tags: [...new Set(operations.map(({ tag }) => tag))].map((name) => ({ name })),
    paths: Object.fromEntries(
      Object.entries(paths).map(([path, here]) => [
        path,
        Object.fromEntries(here.map((operation) => [operation.method, describe(operation, schemas)])),
      ]),
    ),
    components: {
      securitySchemes: { token: { type: "http", scheme: "bearer", description: "Where the hub has a token." } },
      responses,
      schemas: schemas.components,
    },
  };
}

function describe(operation: Operation, schemas: JsonSchemas): object {
  const {
    method,
    path,
    tag,
    summary,
    description,
    params,
    query,
    headers,
    takes,
    takesExamples,
    answers,
    shares = [],
    isOpen = false,
  } = operation;
  const shared = [...shares, ...(isOpen ? [421] : [401, 403, 421])].filter((status) => answers[status] === undefined);
  return {
    operationId: idOf(method, path),
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    parameters: [
      ...parametersOf(params, "path", schemas),
      ...parametersOf(query, "query", schemas),
      ...parametersOf(headers, "header", schemas),
    ],
    ...(takes === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: contentOf(takes, "input", schemas, (type) => examplesOf(takesExamples?.[type])),
          },
        }),
    responses: {
      ...responsesOf(answers, schemas),
      ...Object.fromEntries(shared.map((status) => [status, { $ref: `#/components/responses/${status}` }])),
    },
    ...(isOpen ? { security: [] } : {}),
  };
}

/** `getWorkflowsById`, `postV1Events` */
function idOf(method: string, path: string): string {
  const words = path
    .replace(/^\/api\//, "")
    .replaceAll(/\{(\w+)\}/g, "by $1")
    .split(/[^a-zA-Z0-9]+/);
  return method + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
}

function parametersOf(schema: z.ZodObject | undefined, place: "path" | "query" | "header", schemas: JsonSchemas): object[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = schemas.of(schema, "input") as {
    properties?: Record<string, JsonSchema>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: place,
    required: place === "path" || required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: rest,
    // Lists are one value, separated by commas.
    ...(rest.type === "array" ? { style: "form", explode: false } : {}),
  }));
}

function responsesOf(answers: Operation["answers"], schemas: JsonSchemas): object {
  return Object.fromEntries(
    Object.entries(answers).map(([status, { description, headers, content, example }]) => [
      status,
      {
        description,
        ...(headers === undefined ? {} : { headers: headersOf(headers) }),
        ...(content === undefined ? {} : { content: contentOf(content, "output", schemas, (type) => exampleFor(type, example)) }),
      },
    ]),
  );
}

function headersOf(headers: NonNullable<Answer["headers"]>): object {
  return Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [name, { description, schema: { type: "string" } }]),
  );
}

function contentOf(
  bodies: Bodies,
  io: "input" | "output",
  schemas: JsonSchemas,
  examplesFor: (mediaType: string) => object,
): object {
  return Object.fromEntries(
    Object.entries(bodies).map(([type, body]) => [
      type,
      // Without a schema a body is bytes, by the rules of OpenAPI 3.1.
      { ...(body === "binary" ? {} : { schema: schemas.of(body, io) }), ...examplesFor(type) },
    ]),
  );
}

function exampleFor(mediaType: string, example: unknown): object {
  return mediaType === "application/json" && example !== undefined ? { example } : {};
}

function examplesOf(examples: Examples | undefined): object {
  return examples === undefined ? {} : { examples };
}
