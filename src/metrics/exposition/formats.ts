export type Format = "text" | "openmetrics";

export const contentTypes: Readonly<Record<Format, string>> = {
  text: "text/plain; version=0.0.4; charset=utf-8",
  openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
};

/** One media range of an `Accept` header. */
interface MediaRange {
  readonly type: string;
  readonly parameters: readonly string[];
  /** From 0 (not acceptable) to 1. */
  readonly weight: number;
}

/**
 * Which format an `Accept` header asks for: OpenMetrics where it is named with at least the weight of plain text, text 0.0.4
 * otherwise (also without a header, as browsers and curl have it). RFC 9110, section 12.5.1.
 */
export function negotiateFormat(accept: string | undefined): Format {
  const ranges = (accept ?? "").toLowerCase().split(",").map(readRange);
  const openMetrics = heaviest(
    ranges.filter(({ type, parameters }) => type === "application/openmetrics-text" && speaksVersion1(parameters)),
  );
  // The most specific range that covers plain text is the one that counts.
  const text = ["text/plain", "text/*", "*/*"]
    .map((wanted) => ranges.filter(({ type }) => type === wanted))
    .find(({ length }) => length > 0);
  return openMetrics > 0 && openMetrics >= heaviest(text ?? []) ? "openmetrics" : "text";
}

function readRange(range: string): MediaRange {
  const [type = "", ...parameters] = range.split(";").map((part) => part.trim().replaceAll('"', ""));
  const weight = Number(parameters.find((parameter) => parameter.startsWith("q="))?.slice(2) ?? 1);
  return { type, parameters, weight: Number.isNaN(weight) ? 0 : weight };
}

function heaviest(ranges: readonly MediaRange[]): number {
  return Math.max(0, ...ranges.map(({ weight }) => weight));
}

function speaksVersion1(parameters: readonly string[]): boolean {
  const version = parameters.find((parameter) => parameter.startsWith("version="));
  return version === undefined || version === "version=1.0.0" || version === "version=0.0.1";
}
