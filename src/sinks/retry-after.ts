/** How long somebody asks to be left alone, by its header `Retry-After`: seconds, or a date (RFC 9110, section 10.2.3). */
export function readRetryAfter(header: string | null | undefined, mostMillis: number): number | undefined {
  if (header === null || header === undefined || header.trim() === "") return undefined;
  const seconds = Number(header);
  const millis = Number.isNaN(seconds) ? Date.parse(header) - Date.now() : seconds * 1_000;
  return millis >= 0 ? Math.min(millis, mostMillis) : undefined;
}
