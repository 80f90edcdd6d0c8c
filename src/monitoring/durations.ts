const units: readonly [unit: string, millis: number][] = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
  ["ms", 1],
];

/** A duration as Prometheus and Alertmanager write it, such as `1h30m`; nothing is shorter than a millisecond. */
export function formatDuration(seconds: number): string {
  let left = Math.max(1, Math.round(seconds * 1_000));
  let text = "";
  for (const [unit, millis] of units) {
    const count = Math.floor(left / millis);
    left -= count * millis;
    if (count > 0) text += `${count}${unit}`;
  }
  return text;
}
