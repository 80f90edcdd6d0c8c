import { z } from "zod";
import type { Endpoint } from "./endpoint.ts";
import { problemSchema } from "./problem.ts";

/** The OpenAPI 3.1 document of all endpoints, made from the schemas that validate their parameters and type their answers. */
export function openApiDocument(endpoints: readonly Endpoint[], version: string): object {
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
    tags: [...new Set(endpoints.map(({ tag }) => tag))].map((name) => ({ name })),
    paths: Object.fromEntries(endpoints.map((endpoint) => [endpoint.path, { get: operationOf(endpoint) }])),
    components: {
      securitySchemes: { token: { type: "http", scheme: "bearer", description: "Where the hub has a token." } },
      schemas: { Problem: schemaOf(problemSchema, "output") },
    },
  };
}

function operationOf({ path, tag, summary, params, query, answer, missing }: Endpoint): object {
  return {
    operationId: path
      .replace("/api/", "")
      .replaceAll(/[^a-zA-Z0-9]+/g, "_")
      .replace(/_$/, ""),
    tags: [tag],
    summary,
    parameters: [...parametersOf(params, "path"), ...parametersOf(query, "query")],
    responses: {
      200: { description: "The answer.", content: { "application/json": { schema: schemaOf(answer, "output") } } },
      304: { description: "Nothing has changed since the answer whose ETag was sent as If-None-Match." },
      400: problem("A parameter is not right."),
      ...(missing === undefined ? {} : { 404: problem(missing) }),
      503: problem("The store cannot be read at the moment."),
    },
  };
}

function parametersOf(schema: z.ZodObject, place: "path" | "query"): object[] {
  const { properties = {}, required = [] } = schemaOf(schema, "input") as {
    properties?: Record<string, { description?: string }>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: place,
    required: place === "path" || required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: rest,
  }));
}

function problem(description: string): object {
  return { description, content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } } };
}

function schemaOf(schema: z.ZodType, io: "input" | "output"): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any", reused: "inline" });
  return rest;
}
