/** How names, labels and numbers are written, in text 0.0.4 and OpenMetrics 1.0 alike. */

const TO_ESCAPE = /[\\\n"]/;

function escapeLabelValue(value: string): string {
  if (!TO_ESCAPE.test(value)) return value;
  return value.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
}

/** Help text in text 0.0.4 leaves quotes alone; OpenMetrics wants them escaped. */
export function escapeHelp(help: string, openMetrics: boolean): string {
  const escaped = help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
  return openMetrics ? escaped.replaceAll('"', '\\"') : escaped;
}

/** `a="x",b="y"`, without braces. */
export function formatLabels(names: readonly string[], values: readonly (string | number)[]): string {
  return names.map((name, index) => `${name}="${escapeLabelValue(String(values[index]))}"`).join(",");
}

export function formatNumber(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "+Inf";
  if (value === Number.NEGATIVE_INFINITY) return "-Inf";
  return String(value);
}

/**
 * A bucket's bound. OpenMetrics asks for canonical floats ("1.0"); text 0.0.4 takes any. One spelling in both keeps one
 * series in a Prometheus that scrapes them in turns.
 */
export function formatBound(bound: number): string {
  return Number.isInteger(bound) ? `${bound}.0` : formatNumber(bound);
}
