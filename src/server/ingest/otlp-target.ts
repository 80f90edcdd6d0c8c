/** Where spans go on to. */
export interface ForwardTarget {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads OpenTelemetry's own variables for where spans go: the same that the hub's own spans follow. Undefined where they name no
 * place, a sentence where spans cannot go there.
 */
export function readForwardTarget(environment: Environment): ForwardTarget | string | undefined {
  const read = (name: string) =>
    given(environment, `OTEL_EXPORTER_OTLP_TRACES_${name}`) ?? given(environment, `OTEL_EXPORTER_OTLP_${name}`);
  const own = given(environment, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");
  const base = given(environment, "OTEL_EXPORTER_OTLP_ENDPOINT");
  // The general endpoint is a base, the one for traces is taken as it stands (OpenTelemetry's specification of the exporter).
  const endpoint = own ?? (base === undefined ? undefined : `${base.replace(/\/+$/, "")}/v1/traces`);
  if (endpoint === undefined) return undefined;
  if (!URL.canParse(endpoint) || !/^https?:/.test(endpoint)) return `OTEL_EXPORTER_OTLP_ENDPOINT is no http address: ${endpoint}`;
  if (read("PROTOCOL") === "grpc") return "OTEL_EXPORTER_OTLP_PROTOCOL is grpc, and spans go on by HTTP only (http/protobuf)";
  return { url: endpoint, headers: readHeaders(read("HEADERS") ?? "") };
}

/** `key=value,key=value`, percent-encoded as in W3C baggage. */
function readHeaders(text: string): Record<string, string> {
  const pairs = text.split(",").map((pair) => pair.split(/=(.*)/s, 2).map((part) => decodePart(part.trim())));
  return Object.fromEntries(pairs.filter(([key, value]) => key !== undefined && key !== "" && value !== undefined));
}

function decodePart(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** An empty variable is one that somebody unset. */
function given(environment: Environment, name: string): string | undefined {
  return environment[name] === "" ? undefined : environment[name];
}
