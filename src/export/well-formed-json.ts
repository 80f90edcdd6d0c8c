/** An escape in JSON: of half a character (a lone surrogate), or of anything else. */
const escapes = /\\(?:(ud[89a-f][0-9a-f]{2})|.)/g;

/**
 * JSON that every reader takes. Half a character is written as an escape by JSON.stringify, and readers other than JavaScript refuse a
 * whole file for it: it is replaced, as it is in every text that is written as UTF-8.
 */
export function wellFormedJson(value: object): string {
  const json = JSON.stringify(value);
  if (!json.includes("\\ud")) return json;
  return json.replace(escapes, (found, half: string | undefined) => (half === undefined ? found : "\ufffd"));
}
