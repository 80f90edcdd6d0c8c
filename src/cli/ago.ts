const secondsByUnit: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** The moment that `90s`, `10m`, `2h` or `7d` ago was, in milliseconds since 1970; undefined where the text says something else. */
export function ago(text: string, nowUnixMillis: number): number | undefined {
  const [, amount, unit = ""] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  return amount === undefined ? undefined : nowUnixMillis - Number(amount) * (secondsByUnit[unit] as number) * 1_000;
}
