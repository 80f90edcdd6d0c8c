import { mayHoldSecret } from "./glance.ts";
import { keys } from "./key-shapes.ts";
import { redactNamed } from "./named-values.ts";
import { REDACTED } from "./placeholder.ts";
import { isProse } from "./prose.ts";

/** A private key; one whose end was cut off goes on to the end of the text. */
const PEM = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|$)/g;
/** `Authorization: Bearer …`, in a header or in JSON. */
const HEADER =
  /(authorization["'\\]{0,4}\s{0,4}[:=]\s{0,4}["'\\]{0,4})(?:((?:digest|aws4-hmac-sha256)\s{1,4})[^\r\n]+|((?:basic|bearer|negotiate|token|apikey)\s{1,4})[^\s"'\\,;]+|([^\s"'\\,;]{8,}))/gi;
const COOKIE = /(cookie["'\\]{0,4}\s{0,4}[:=]\s{0,4}["'\\]{0,4})[^\s=;"'\\,]{1,256}=[^"'\\\r\n]*/gi;
/** `scheme://user:password@host`; a password with @ in it goes on to the last one. */
const URL_PASSWORD = /(:\\?\/\\?\/[^\s/?#:@"'<>\\]{0,256}:)[^\s/?#"<>\\]{1,512}@/g;
/** `user:password@tcp(host)`, as Go's drivers write it. */
const DRIVER_PASSWORD = /((?<![\w.-])[\w.-]{1,64}:)[^\s@/"']{1,256}@(?=(?:tcp|unix)\()/g;
const SIGNATURE = /([?&](?:sig|signature|x-amz-signature|x-goog-signature)=)[^\s&"'<>\\]+/gi;
const SCHEME = /(?<![A-Za-z0-9])(bearer|basic)(\s{1,4})([A-Za-z0-9._~+/-]{6,}=*)/gi;

/** An incoming webhook of Slack lets in whoever knows its address. */
const WEBHOOK = /(hooks\.slack\.com\/(?:services|workflows|triggers)\/)[A-Za-z0-9_/]{16,}/g;

/** The kinds of secrets that may stand anywhere in a text. What takes out more comes before what would leave part of it. */
const textRules: readonly ((text: string) => string)[] = [
  (text) => text.replace(PEM, REDACTED),
  (text) => text.replace(HEADER, redactHeader).replace(COOKIE, `$1${REDACTED}`),
  redactNamed,
  (text) => text.replace(URL_PASSWORD, `$1${REDACTED}@`),
  (text) => text.replace(DRIVER_PASSWORD, `$1${REDACTED}@`),
  (text) => text.replace(SIGNATURE, `$1${REDACTED}`),
  (text) => text.replace(WEBHOOK, `$1${REDACTED}`),
  (text) => text.replace(keys, REDACTED),
  (text) => text.replace(SCHEME, redactScheme),
];

/** What was hidden by a secret beside it shows in the next round; nearly always there is none. */
const MAX_ROUNDS = 8;

/** Takes secrets out of a text; the very text where there are none. Twice is as good as once. */
export function redactText(text: string): string {
  if (!mayHoldSecret(text)) return text;
  let redacted = text;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const before = redacted;
    redacted = textRules.reduce((current, rule) => rule(current), before);
    if (redacted === before) break;
  }
  return redacted;
}

function redactHeader(all: string, before: string, list: string | undefined, scheme: string | undefined, value?: string): string {
  if (value !== undefined && (value === REDACTED || isProse(value))) return all;
  return `${before}${list ?? scheme ?? ""}${REDACTED}`;
}

function redactScheme(all: string, scheme: string, space: string, value: string): string {
  const isSecret = scheme.toLowerCase() === "basic" ? isUserAndPassword(value) : !isProse(value);
  return isSecret ? `${scheme}${space}${REDACTED}` : all;
}

/** What follows `Basic` is text in base64 with a colon in it (RFC 7617); "basic understanding" is not. */
function isUserAndPassword(value: string): boolean {
  return /^[\x20-\x7e]*:[\x20-\x7e]*$/.test(Buffer.from(value, "base64").toString("latin1"));
}
