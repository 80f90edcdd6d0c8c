import { remembered } from "./remembered.ts";

/** What secrets are called, word by word; names end in one of these, in any case and with or without separators. */
const NAMES = [
  "pass word",
  "pass words",
  "pass wd",
  "pass phrase",
  "pass code",
  "password hash",
  "pwd",
  "secret",
  "secrets",
  "secret string",
  "authorization",
  "auth header",
  "bearer",
  "jwt",
  "credential",
  "credentials",
  "creds",
  "cookie",
  "cookies",
  "connection string",
  "conn str",
  "dsn",
];

/** What a key is for that nobody else may have; a key of anything else (primary, cache, public …) is none. */
const KEYS_OF =
  "api access private secret auth account admin client deploy encryption hmac jwt license master service role session shared signing ssh subscription webhook";

/** What counts tokens or marks places in texts, rather than letting anybody in. */
const HARMLESS_TOKENS =
  "first last next previous per each every max min input output prompt completion cached total time single special stop start end eos bos pad page unk mask sep";

/** Between the words of a name: `api_key`, `api-key`, `api.key`, `api key`, `apiKey`. */
const SEPARATOR = "[-_. ]?";

const keys = `(?:${KEYS_OF.split(" ").join("|")})${SEPARATOR}keys?`;
const token = `(?<!(?:${HARMLESS_TOKENS.split(" ").join("|")})${SEPARATOR})token`;

/** The ends of secrets' names, as the source of a regular expression that ignores case. */
export const secretNames = `(?:${[...NAMES.map((name) => name.replaceAll(" ", SEPARATOR)), keys, token].join("|")})\\d{0,2}`;

/** The three last letters of all of these. */
export const NAME_ENDINGS = "ord rds swd ase ode ash pwd ret ets ing ion der rer jwt ial als eds kie ies str dsn ken key eys ass";

const endsInSecretName = new RegExp(`(?:${secretNames}|^pass)$`, "i");
const endsInToken = /token\d{0,2}$/i;

/** Whether a field or attribute of this name holds a secret: `apiKey` does, `max_tokens` does not. */
export const isSecretName = remembered((name) => endsInSecretName.test(name));

/**
 * Whether the value of a field of this name is to be taken out. Truths say nothing, and a token that is a number is a count of them.
 */
export function isSecretValue(name: string, value: unknown): boolean {
  if (value === undefined || value === null || value === "" || typeof value === "boolean") return false;
  if (typeof value === "number" && (endsInToken.test(name) || /pass$/i.test(name))) return false;
  return isSecretName(name);
}
