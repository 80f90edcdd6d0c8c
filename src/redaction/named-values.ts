import { REDACTED } from "./placeholder.ts";
import { isProse } from "./prose.ts";
import { secretNames } from "./secret-names.ts";

/** Quotes after a name, escaped where the text is JSON within JSON. */
const QUOTES = "[\\\\\"'`]{0,4}";
const NAME = `${secretNames}|(?<=["'])pass(?=\\\\{0,3}["'])`;
const EQUALS = "\\s{0,4}(?::=|=>|[:=](?![:=]))\\s{0,4}";

/** In quotes, the last of which may be cut off; in escaped quotes; or as far as it goes without a space. */
const VALUE = [
  `"(?:[^"\\\\]|\\\\[\\s\\S])*(?:"|\\\\?$)`,
  `'(?:[^'\\\\]|\\\\[\\s\\S])*(?:'|\\\\?$)`,
  `\\\\{1,3}"(?:(?!\\\\{1,3}")[\\s\\S])*(?:\\\\{1,3}"|$)`,
  "\\[redacted\\]",
  "[^\\s\"'`\\\\,;&<>(){}[\\]=:](?:[^\\s\"'`\\\\,;&<>]*[^\\s\"'`\\\\,;&<>)}\\]])?",
].join("|");

const named = new RegExp(`(${NAME})(${QUOTES})(${EQUALS})(${VALUE})`, "gi");
/** `--password hunter2` */
const flags = new RegExp(`(--[\\w-]{0,40}(?:${secretNames}))(\\s{1,4})(?!-|\\[redacted\\])("[^"]*"?|'[^']*'?|[^\\s"']+)`, "gi");

/** Names that prose has before a colon, too. */
const USED_IN_PROSE = /(?:token|secrets?|cookies?|bearer|jwt|authorization|credentials?|creds)\d*$/i;
/** What code and schemas have in place of a value, and what stands before the secret of a header. */
const NO_VALUE =
  /^(?:string|number|boolean|object|any|unknown|null|undefined|none|nil|true|false|str|bytes|optional|required|basic|bearer|digest|negotiate)[?!|.]*$/i;

/** Takes out what stands after a secret's name: `password=…`, `"api_key": "…"`, `--token …`. The name stays. */
export function redactNamed(text: string): string {
  return text.replace(named, redactOne).replace(flags, redactFlag);
}

/** `--token takes a text` is a sentence about the flag. */
function redactFlag(all: string, flag: string, space: string, value: string): string {
  return USED_IN_PROSE.test(flag) && isProse(value) ? all : `${flag}${space}${REDACTED}`;
}

function redactOne(all: string, name: string, quotes: string, equals: string, value: string, at: number, text: string): string {
  const quote = /^\\*["']/.exec(value)?.[0] ?? "";
  const isClosed = value.length > quote.length && value.endsWith(quote);
  const inner = value.slice(quote.length, isClosed ? value.length - quote.length : value.length);
  if (inner === "") return all;
  const rest = text.slice(at + all.length, at + all.length + 1);
  const harmless =
    quote === "" ? isBareHarmless(name, quotes, equals, inner, rest) : isQuotedHarmless(name, quotes, equals, inner);
  return harmless ? all : `${name}${quotes}${equals}${quote}${REDACTED}${isClosed ? quote : ""}`;
}

function isBareHarmless(name: string, quotes: string, equals: string, value: string, rest: string): boolean {
  if (NO_VALUE.test(value) || (equals.includes("=>") && quotes === "")) return true;
  if (/token\d*$/i.test(name) && /^\d{1,9}$/.test(value)) return true;
  // The shell's working directory.
  if (/^pwd$/i.test(name) && /^[/~.]/.test(value)) return true;
  if (!/\s/.test(equals) || !isProse(value)) return false;
  return USED_IN_PROSE.test(name) || !/^[\r\n,;]?$/.test(rest);
}

/** He shared the secret: "never give up". */
function isQuotedHarmless(name: string, quotes: string, equals: string, value: string): boolean {
  return quotes === "" && /\s/.test(equals) && /\s/.test(value) && USED_IN_PROSE.test(name);
}
