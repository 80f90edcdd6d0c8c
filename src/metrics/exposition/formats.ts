export type Format = "text" | "openmetrics";

export const contentTypes: Readonly<Record<Format, string>> = {
  text: "text/plain; version=0.0.4; charset=utf-8",
  openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
};

/**
 * Which format an `Accept` header asks for: OpenMetrics where it is named with at least the weight of plain text, text 0.0.4
 * otherwise (also without a header, as browsers and curl have it). RFC 9110, section 12.5.1.
 */
export function negotiateFormat(accept: string | undefined): Format {
  if (accept === undefined) return "text";
  let openMetrics = 0;
  let text = 0;
  for (const entry of accept.toLowerCase().split(",")) {
    const [type = "", ...parameters] = entry.split(";").map((part) => part.trim());
    const weight = weightOf(parameters);
    if (type === "application/openmetrics-text" && speaksVersion1(parameters)) openMetrics = Math.max(openMetrics, weight);
    else if (type === "text/plain") text = Math.max(text, weight);
  }
  return openMetrics > 0 && openMetrics >= text ? "openmetrics" : "text";
}

function weightOf(parameters: readonly string[]): number {
  const weight = parameters.find((parameter) => parameter.startsWith("q="));
  const value = weight === undefined ? 1 : Number(weight.slice(2));
  return Number.isNaN(value) ? 0 : value;
}

function speaksVersion1(parameters: readonly string[]): boolean {
  const version = parameters.find((parameter) => parameter.startsWith("version="));
  return version === undefined || version === "version=1.0.0" || version === "version=0.0.1";
}
