/** Characters of most keys. */
const WORD = "[A-Za-z0-9_-]";
const ALNUM = "[A-Za-z0-9]";
const HEX = "[0-9a-f]";

/** Fewest characters in a row, out of {@link WORD}, that every key has somewhere: where there are none, there is no key. */
export const KEY_RUN_CHARS = 16;
/** Most characters that a key has before that row. */
export const KEY_LEAD_CHARS = 16;

/**
 * What providers' keys look like: what they begin with, and what follows; both sources of regular expressions. Repetitions that
 * something else has to follow are bounded, so that no text takes longer than in proportion to its length.
 */
const keyShapes: readonly (readonly [begin: string, rest: string])[] = [
  // OpenAI, Anthropic, OpenRouter, DeepSeek, Langfuse …; with something in it that no word with hyphens has.
  ["sk-", `(?=[a-z_-]{0,40}[A-Z0-9])${WORD}{20,}`],
  ["gsk_|xai-|nvapi-|pcsk_|pplx-|csk-|r8_|tvly-", `(?=[a-z_-]{0,40}[A-Z0-9])${WORD}{24,}`],
  ["hf_|api_org_", `${ALNUM}{30,}`],
  ["lsv2_(?:pt|sk)_", `${WORD}{32,}`],
  ["gh[pousr]_", `${ALNUM}{30,}`],
  ["github_pat_", `${WORD}{22,}`],
  ["gl(?:pat|oas|dt|rt|cbt|ptt|ft|imt|agent|soat|ffct)-", `${WORD}{16,}[A-Za-z0-9_.=-]*`],
  ["xox[a-z]-|xapp-", "(?=[a-z-]{0,40}\\d)[A-Za-z0-9-]{11,}"],
  ["A(?:KIA|SIA|BIA|CCA)", "[A-Z0-9]{16}(?![A-Za-z0-9])"],
  ["AIza", `${WORD}{35,}`],
  ["ya29\\.|GOCSPX-", `${WORD}{20,}`],
  ["(?:sk|rk)_(?:live|test)_", `${ALNUM}{16,}`],
  ["whsec_", `${ALNUM}{10}[A-Za-z0-9+/=]*`],
  ["sk_", `${HEX}{40,}`],
  ["npm_", `${ALNUM}{36,}`],
  ["pypi-", `${WORD}{40,}`],
  // Twilio's API keys; its account ids (AC…) are names.
  ["SK", `${HEX}{32}(?![A-Za-z0-9])`],
  ["do[opr]_v1_", `${HEX}{64,}`],
  ["dapi", `${HEX}{32,}`],
  ["dckr_pat_|ATATT3|hvs\\.|hvb\\.|glsa_|glc_|sntr[yu]s_|dp\\.[a-z]{2,5}\\.", `${WORD}{16,}[A-Za-z0-9_.=+/-]*`],
  ["NRAK-|EAAA|sq0[a-z]{3}-", `${WORD}{22,}`],
  ["shp(?:at|ca|pa|ss)_|sbp_", `${HEX}{32,}`],
  ["pscale_(?:tkn|pw|oauth)_|lin_api_|figd_|ntn_|secret_", `(?=[a-z_-]{0,40}[A-Z0-9])${WORD}{32,}`],
  ["AGE-SECRET-KEY-1", "[0-9A-Z]{58,}"],
  // Telegram's bots.
  ["\\d{8,10}:AA", `${WORD}{33,}`],
];

/** The same for keys of several parts with dots between: SendGrid's, and signed and encrypted tokens (RFC 7519). */
const dottedShapes: readonly (readonly [first: string, others: string])[] = [
  [`SG\\.${WORD}{16,}`, `\\.${WORD}{16,}`],
  // Near the begin of its row only: a row of many begins would be gone through from each of them.
  [`eyJ(?<=(?<!${WORD})(?:${WORD}{0,40}[_-])?eyJ)${WORD}{13,}`, `\\.${WORD}{8,}\\.${WORD}*(?:\\.${WORD}+){0,2}`],
];

const whole = keyShapes.map(([begin, rest]) => `(?:${begin})${rest}`);

/** From the begin of a word only, as base64 holds any three letters somewhere. */
function anyOf(shapes: readonly string[]): string {
  return `(?<![A-Za-z0-9])(?:${shapes.join("|")})`;
}

export const keys = new RegExp(anyOf([...whole, ...dottedShapes.map((parts) => parts.join(""))]), "g");

const hints = [...whole, ...dottedShapes.map(([first]) => first)];
/** A key up to the end of its longest row of characters, anywhere in a text. */
export const keyHint = new RegExp(anyOf(hints));
/** The same at one place. */
export const keyHintThere = new RegExp(anyOf(hints), "y");

/** The two letters that keys begin with. */
export const KEY_BEGINNINGS =
  "sk gs xa nv pc pp cs r8 tv hf ap ls gh gi gl xo ak as ab ac ai ya go rk wh np py sg do da dc at hv sn dp nr ea sq sh sb ps li fi nt se ag ey";
