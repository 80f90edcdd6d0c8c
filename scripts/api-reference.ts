import { endpoints } from "../src/server/api/endpoints/index.ts";
import { answerExamples } from "../src/server/api/openapi/examples.ts";
import { openApiDocument } from "../src/server/api/openapi.ts";
import { code, describeType, type FieldSchema, fieldTable, link, markdownTable } from "./json-schema-tables.ts";

/** The parts of an OpenAPI document that the page tells. */
interface Document {
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly responses: Readonly<Record<string, Answer>>;
    readonly schemas: Readonly<Record<string, FieldSchema>>;
  };
}

interface Operation {
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, Answer & { readonly $ref?: string }>>;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required: boolean;
  readonly description?: string;
  readonly schema: FieldSchema;
}

interface Answer {
  readonly description: string;
  readonly content?: Content;
}

type Content = Readonly<Record<string, { readonly schema?: FieldSchema }>>;

const examples = await answerExamples(endpoints);

/** Longer lists of values stand in the events' reference. */
const MAX_VALUES_TOLD = 12;

/** The reference of the API as one Markdown page, made from its OpenAPI document and nothing else. */
export function renderApiReference(): string {
  const document = openApiDocument(endpoints, "") as Document;
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ title: `${method.toUpperCase()} ${path}`, operation })),
  );
  const blocks = [
    "# API",
    "<!-- Made from src/server/api by `npm run generate`. Change the schemas, not this page. -->",
    "Everything that a hub answers by HTTP; the same as OpenAPI 3.1 is at `/api/openapi.json`. How to use it: [the API](../guide/api.md).",
    document.tags.map(({ name }) => `- ${link(name)}`).join("\n"),
    ...document.tags.flatMap(({ name }) => [
      `## ${name}`,
      ...operations
        .filter(({ operation }) => operation.tags.includes(name))
        .flatMap(({ title, operation }) => render(title, operation)),
    ]),
    "## Answers that operations share",
    "401 and 403 come from every operation but `/metrics` and `/health`, 421 from every one; the others from those that read views or events.",
    answerTable(document.components.responses),
    "## Schemas",
    ...Object.entries(document.components.schemas).flatMap(([name, schema]) => [
      `### ${name}`,
      schema.description ?? "",
      fieldTable(schema),
    ]),
  ];
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}

function render(title: string, { summary, description, parameters, requestBody, responses }: Operation): string[] {
  const own = Object.fromEntries(Object.entries(responses).filter(([, { $ref }]) => $ref === undefined));
  const answer = Object.entries(own).find(([status]) => status.startsWith("2"))?.[1].content?.["application/json"]?.schema;
  return [
    `### ${code(title)}`,
    summary,
    description ?? "",
    markdownTable(["Parameter", "In", "Takes", "Default", "Meaning"], parameters.map(parameterRow)),
    requestBody === undefined ? "" : `Takes ${contentText(requestBody.content)}.`,
    // Where there is nothing but an object, its fields say it all.
    Object.keys(own).length === 1 && answer?.properties !== undefined ? "" : answerTable(own),
    answer === undefined ? "" : fieldTable(answer),
    exampleText(title),
  ];
}

function exampleText(title: string): string {
  const example = examples.get(title.replace(/^GET /, ""));
  return example === undefined ? "" : `\`\`\`json\n${JSON.stringify(example, null, 2)}\n\`\`\``;
}

function parameterRow({ name, in: place, required, description = "", schema }: Parameter): string[] {
  const fallback = schema.default === undefined ? (required ? "required" : "") : code(schema.default);
  return [code(name), place, takes(schema), fallback, description];
}

function takes(schema: FieldSchema): string {
  const values = schema.items?.enum ?? schema.enum ?? [];
  if (schema.type === "array")
    return `${values.length > MAX_VALUES_TOLD ? "[event types](events.md)" : describeType(schema.items ?? {})}, separated by commas`;
  return describeType(schema);
}

function answerTable(answers: Readonly<Record<string, Answer>>): string {
  return markdownTable(
    ["Status", "Answer", "Body"],
    Object.entries(answers).map(([status, { description, content }]) => [
      status,
      description,
      content === undefined ? "" : contentText(content),
    ]),
  );
}

function contentText(content: Content): string {
  return Object.entries(content)
    .map(([type, { schema }]) =>
      schema === undefined || schema.type === "string" ? code(type) : `${code(type)} (${describeType(schema)})`,
    )
    .join(", ");
}
