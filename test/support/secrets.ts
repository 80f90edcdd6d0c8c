import { Buffer } from "node:buffer";

/** Random enough for a key, the same in each run. */
function characters(alphabet: string, count: number): string {
  let state = 42;
  return Array.from({ length: count }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return alphabet[Math.floor(state / 65_536) % alphabet.length];
  }).join("");
}

const LETTERS = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const HEX = "0123456789abcdef";
const alnum = (count: number) => characters(LETTERS, count);
const hex = (count: number) => characters(HEX, count);
const base64url = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

/**
 * Keys as providers make them, none of them anybody's. Each is put together here, so that those who search repositories for keys do not
 * find any.
 */
export const keys: Readonly<Record<string, string>> = {
  openai: `sk-${alnum(48)}`,
  "openai project": `sk-proj-${alnum(40)}_${alnum(30)}`,
  anthropic: `sk-ant-api03-${alnum(60)}-${alnum(20)}AA`,
  openrouter: `sk-or-v1-${hex(64)}`,
  groq: `gsk_${alnum(52)}`,
  xai: `xai-${alnum(80)}`,
  github: `ghp_${alnum(36)}`,
  "github app": `gho_${alnum(36)}`,
  "github fine-grained": `github_pat_${alnum(22)}_${alnum(59)}`,
  gitlab: `glpat-${alnum(20)}`,
  slack: `xoxb-${"123456789012"}-${"123456789012"}-${alnum(24)}`,
  aws: `AKIA${characters("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16)}`,
  "aws session": `ASIA${characters("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16)}`,
  google: `AIza${alnum(35)}`,
  "google oauth": `ya29.${alnum(60)}`,
  stripe: `sk_live_${alnum(24)}`,
  "stripe restricted": `rk_live_${alnum(24)}`,
  "stripe webhook": `whsec_${alnum(32)}`,
  npm: `npm_${alnum(36)}`,
  huggingface: `hf_${alnum(34)}`,
  sendgrid: `SG.${alnum(22)}.${alnum(43)}`,
  twilio: `SK${hex(32)}`,
  pypi: `pypi-AgEIcHlwaS5vcmc${alnum(60)}`,
  digitalocean: `dop_v1_${hex(64)}`,
  databricks: `dapi${hex(32)}`,
  vault: `hvs.${alnum(90)}`,
  docker: `dckr_pat_${alnum(27)}`,
  telegram: `123456789:AA${alnum(33)}`,
  jwt: `${base64url({ alg: "HS256", typ: "JWT" })}.${base64url({ sub: "1234567890", name: "Scribe" })}.${alnum(43)}`,
};

/** A private key; what is secret of it are the lines between. */
export const privateKey = ["-----BEGIN RSA PRIVATE KEY-----", alnum(64), alnum(64), "-----END RSA PRIVATE KEY-----"].join("\n");

/** Values that look like nothing, and are secret by what they are called or by what stands before them. */
export const password = "hunter2-Zebra";
