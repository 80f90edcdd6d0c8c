import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { expect } from "vitest";

/** The parts of an OpenAPI document that answers are held to. */
export interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly components: { readonly responses: Readonly<Record<string, Answer>> };
}

interface Described {
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly schema: { readonly type?: string } }[];
  readonly responses: Readonly<Record<string, Answer | { readonly $ref: string }>>;
}

interface Answer {
  readonly content?: Readonly<Record<string, { readonly schema?: object }>>;
}

const validators = new WeakMap<OpenApi, (pointer: string) => ValidateFunction>();

/** What a hub says of itself. */
export async function documentOf(hubUrl: string): Promise<OpenApi> {
  return (await (await fetch(`${hubUrl}/api/openapi.json`)).json()) as OpenApi;
}

/**
 * Holds a real answer to the document: that the operation is there with this status and this type of content, that the body is what its schema says
 * and has no field that the document does not, and that the query has only what the operation takes. Gives the body: parsed where it is
 * JSON, as text where it is text, and not read where it is anything else, such as a stream.
 */
export async function expectDocumented(document: OpenApi, response: Response, method = "GET"): Promise<unknown> {
  const url = new URL(response.url);
  const path = pathOf(document, url.pathname);
  const operation = path === undefined ? undefined : document.paths[path]?.[method.toLowerCase()];
  if (path === undefined || operation === undefined) throw new Error(`${method} ${url.pathname} is not in the document`);
  const where = `${method} ${url.pathname} ${response.status}`;
  if (response.ok) expectParameters(document, operation, pointerOf("paths", path, method.toLowerCase()), url);
  const status = String(response.status);
  const found = operation.responses[status];
  if (found === undefined) throw new Error(`${where}: the document has ${Object.keys(operation.responses).join(", ")}`);
  const at = "$ref" in found ? found.$ref.slice(1) : pointerOf("paths", path, method.toLowerCase(), "responses", status);
  const answer = "$ref" in found ? (document.components.responses[status] as Answer) : found;
  const type = (response.headers.get("content-type") ?? "").split(";")[0] ?? "";
  if (answer.content === undefined) {
    expect(await response.text(), where).toBe("");
    return undefined;
  }
  expect(Object.keys(answer.content), `${where}: type of content`).toContain(type);
  if (!/^application\/(json|[\w.-]+\+json)$/.test(type)) return type === "text/plain" ? response.text() : undefined;
  const body: unknown = await response.json();
  expectValid(document, `${at}/content/${escaped(type)}/schema`, body, where);
  return body;
}

function expectParameters(document: OpenApi, { parameters }: Described, at: string, { searchParams }: URL): void {
  for (const [name, text] of searchParams) {
    const index = parameters.findIndex((parameter) => parameter.name === name && parameter.in === "query");
    const parameter = parameters[index];
    if (parameter === undefined) throw new Error(`the parameter ${name} is not in the document`);
    const value = parameter.schema.type === "array" ? text.split(",") : text;
    expectValid(document, `${at}/parameters/${index}/schema`, value, `parameter ${name}`);
  }
}

/** Holds a value to the schema that stands at a JSON pointer of the document. */
export function expectValid(document: OpenApi, pointer: string, value: unknown, what: string): void {
  let validatorOf = validators.get(document);
  if (validatorOf === undefined) {
    validatorOf = createValidators(document);
    validators.set(document, validatorOf);
  }
  const validate = validatorOf(pointer);
  if (validate(value)) return;
  const wrong = validate.errors?.map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  );
  throw new Error(`${what}: ${wrong?.join("; ")}, but is ${JSON.stringify(value)?.slice(0, 2_000)}`);
}

function createValidators(document: OpenApi): (pointer: string) => ValidateFunction {
  // Parameters are text in a URL, whatever they mean.
  const ajv = new Ajv2020({ strictSchema: false, allErrors: true, coerceTypes: false });
  const texts = new Ajv2020({ strictSchema: false, allErrors: true, coerceTypes: true });
  const parsed = new Map<string, ValidateFunction>();
  for (const each of [ajv, texts]) {
    each.addFormat("date-time", (text) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text));
    each.addFormat("date", (text) => /^\d{4}-\d\d-\d\d$/.test(text));
    each.addSchema(document, "openapi");
  }
  return (pointer) => {
    const validate =
      parsed.get(pointer) ?? (pointer.includes("/parameters/") ? texts : ajv).compile({ $ref: `openapi#${pointer}` });
    parsed.set(pointer, validate);
    return validate;
  };
}

/** The path of the document that a path of a URL means; one without parameters before one with. */
function pathOf({ paths }: OpenApi, pathname: string): string | undefined {
  if (paths[pathname] !== undefined) return pathname;
  return Object.keys(paths).find((path) => new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}$`).test(pathname));
}

/** A JSON pointer of the document, as a fragment of a URI. */
export function pointerOf(...steps: readonly string[]): string {
  return steps.map((step) => `/${escaped(step)}`).join("");
}

/** As a JSON pointer has it, within a URI. */
function escaped(step: string): string {
  return encodeURIComponent(step.replaceAll("~", "~0").replaceAll("/", "~1"));
}
