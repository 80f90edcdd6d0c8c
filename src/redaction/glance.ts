import { KEY_BEGINNINGS, KEY_LEAD_CHARS, KEY_RUN_CHARS, keyHint, keyHintThere } from "./key-shapes.ts";
import { NAME_ENDINGS, secretNames } from "./secret-names.ts";

/**
 * The first look at a text: whether it may hold a secret at all. Nearly all texts do not, so this is what redaction costs: one pass over
 * the characters, which looks closer only where something ends that a secret, or the name of one, may end in. A single regular
 * expression of all the rules is ten times slower.
 */

const NOTHING = 0;
const WORD = 1;
const DASH = 2;
const COLON = 3;
const EQUALS = 4;
const SPACE = 5;
const AT = 6;
/** Off the wire: what stands after the name of an attribute. */
const NAME_END = 7;
const DOUBLE_QUOTE = 0x22;
const SLASH = 0x2f;
const BACKSLASH = 0x5c;

const inText = kindsOf({ nameEnd: "" });
const inJson = kindsOf({ nameEnd: '"' });
// The tag of an attribute's value, which follows its key.
const inProtobuf = kindsOf({ nameEnd: "\x12" });

/** The three last letters of secrets' names, and the two first of keys: nearly all other words have others. */
const nameEndings = tableOf(NAME_ENDINGS);
const keyBeginnings = tableOf(KEY_BEGINNINGS);

/** `"key"` */
const BARE_KEY = threeOf(0x6b, 0x65, 0x79);

const name = new RegExp(`(?<=${secretNames}|["'\\x04]pass)`, "iy");
const flag = new RegExp(`--[\\w-]{0,40}(?:${secretNames})\\s`, "iy");
const privateKey = /--BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY/y;
const scheme = /(?<=(?<![a-z0-9])(?:bearer|basic))\s{1,4}(?=[a-z0-9._~+/-]{6})/iy;
const password = /:\\?\/\\?\/(?:[^\s/?#:@"'<>\\]{0,256}:[^\s/?#"<>\\]{1,512}@|hooks\.slack\.com)/iy;
const driver = /@(?:tcp|unix)\(/y;
const signature = /(?<=[?&](?:x-amz-|x-goog-)?sig(?:nature)?)=/iy;

/** Whether a text may hold a secret. */
export function mayHoldSecret(text: string): boolean {
  return glance(text, inText);
}

/**
 * Whether a message of OTLP, its bytes as one character each, may hold a secret or an attribute that is called like one. JSON can
 * escape what would be seen otherwise; where it does so, that is reason enough to look.
 */
export function mayHoldSecretOnWire(message: Buffer, format: "json" | "protobuf"): boolean {
  const text = message.toString("latin1");
  if (format === "protobuf") return glance(text, inProtobuf, message);
  return glance(text, inJson, message) || text.includes("\\/") || /\\u00[2-7]/.test(text);
}

/** @param bytes the text once more, where it has one byte a character: reading those is faster */
function glance(text: string, kinds: Uint8Array, bytes?: Uint8Array): boolean {
  const { length } = text;
  let runStart = 0;
  for (let at = 0; at < length; at += 1) {
    const code = bytes === undefined ? text.charCodeAt(at) : (bytes[at] as number);
    const kind = code < 256 ? (kinds[code] as number) : NOTHING;
    if (kind === WORD) continue;
    if (kind === DASH) {
      if (at > 0 && text.charCodeAt(at - 1) === code && mayFollowDashes(text, at)) return true;
      continue;
    }
    if (at - runStart >= KEY_RUN_CHARS && mayBeKey(text, runStart, at)) return true;
    runStart = at + 1;
    if (kind !== NOTHING && mayEndHere(text, at, kind)) return true;
  }
  return length - runStart >= KEY_RUN_CHARS && mayBeKey(text, runStart, length);
}

/** A key begins where the row does, or behind a separator in it; parts of some stand before the row, with a dot or colon between. */
function mayBeKey(text: string, start: number, end: number): boolean {
  const before = text[start - 1];
  if ((before === "." || before === ":") && keyHint.test(text.slice(Math.max(0, start - KEY_LEAD_CHARS), end))) return true;
  for (let at = start; at < end; at += 1) {
    if (at > start && !isSeparator(text.charCodeAt(at - 1))) continue;
    if (keyBeginnings[threeOf(0, text.charCodeAt(at), text.charCodeAt(at + 1))] === 1 && matchesAt(keyHintThere, text, at))
      return true;
  }
  return false;
}

/** The second of two dashes: of a flag, or of the first line of a private key. */
function mayFollowDashes(text: string, at: number): boolean {
  return matchesAt(flag, text, at - 1) || matchesAt(privateKey, text, at - 1);
}

function mayEndHere(text: string, at: number, kind: number): boolean {
  switch (kind) {
    case COLON:
      return mayFollowColon(text, at) || mayBeName(text, withoutQuotes(text, at));
    case EQUALS:
      return mayBeName(text, withoutQuotes(text, at)) || matchesAt(signature, text, at);
    case SPACE:
      return (isLetterB(text.charCodeAt(at - 6)) || isLetterB(text.charCodeAt(at - 5))) && matchesAt(scheme, text, at);
    case AT:
      return matchesAt(driver, text, at);
    default:
      return mayBeName(text, at);
  }
}

function mayFollowColon(text: string, at: number): boolean {
  const next = text.charCodeAt(at + 1);
  return (next === SLASH || next === BACKSLASH) && matchesAt(password, text, at);
}

/** Where the name ends that stands before an assignment. */
function withoutQuotes(text: string, at: number): number {
  let end = at;
  while (end > 0 && at - end < 8 && isSpaceOrQuote(text.charCodeAt(end - 1))) end -= 1;
  return end;
}

/** Whether a secret's name ends there. */
function mayBeName(text: string, end: number): boolean {
  let last = end - 1;
  while (last > end - 3 && isDigit(text.charCodeAt(last))) last -= 1;
  const ending = threeOf(text.charCodeAt(last - 2), text.charCodeAt(last - 1), text.charCodeAt(last));
  if (nameEndings[ending] !== 1) return false;
  // It stands before every attribute in OTLP's JSON.
  const isBareKey = ending === BARE_KEY && text.charCodeAt(last - 3) === DOUBLE_QUOTE;
  return !isBareKey && matchesAt(name, text, end);
}

function matchesAt(pattern: RegExp, text: string, at: number): boolean {
  pattern.lastIndex = at;
  return pattern.test(text);
}

function isLetterB(code: number): boolean {
  return (code | 0x20) === 0x62;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** `-` and `_`. */
function isSeparator(code: number): boolean {
  return code === 0x2d || code === 0x5f;
}

/** Whatever is below the space, and "'`\\. */
function isSpaceOrQuote(code: number): boolean {
  return code <= 0x20 || code === 0x22 || code === 0x27 || code === 0x60 || code === 0x5c;
}

/** Up to three letters in either case as one number: five bits tell letters apart. */
function threeOf(first: number, second: number, third: number): number {
  return ((first & 31) << 10) | ((second & 31) << 5) | (third & 31);
}

function tableOf(endings: string): Uint8Array {
  const table = new Uint8Array(32_768);
  for (const letters of endings.split(" ")) {
    const [first = 0, second = 0, third = 0] = [...letters.padStart(3, "\0")].map((letter) => letter.charCodeAt(0));
    table[threeOf(first, second, third)] = 1;
  }
  return table;
}

function kindsOf({ nameEnd }: { readonly nameEnd: string }): Uint8Array {
  const kinds = new Uint8Array(256);
  const mark = (characters: string, kind: number) => {
    for (const character of characters) kinds[character.charCodeAt(0)] = kind;
  };
  mark("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_", WORD);
  mark("-", DASH);
  mark(":", COLON);
  mark("=", EQUALS);
  mark(" \t\r\n", SPACE);
  mark("@", AT);
  mark(nameEnd, NAME_END);
  return kinds;
}
