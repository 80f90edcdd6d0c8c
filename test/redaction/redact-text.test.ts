import { randomBytes, randomUUID } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mayHoldSecret } from "../../src/redaction/glance.ts";
import { redactText } from "../../src/redaction/redact-text.ts";
import { keys, password, privateKey } from "../support/secrets.ts";

/** Text before and after, by what is shown instead. */
const redacted: readonly (readonly [text: string, shown: string])[] = [
  [`password=${password}`, "password=[redacted]"],
  [`DB_PASSWORD=${password} npm start`, "DB_PASSWORD=[redacted] npm start"],
  [`password: ${password}\nuser: scribe`, "password: [redacted]\nuser: scribe"],
  ["password: correcthorse", "password: [redacted]"],
  [`{"user":"scribe","password":"${password}","port":5432}`, '{"user":"scribe","password":"[redacted]","port":5432}'],
  ['{"api_key": "a \\"quoted\\" one", "x": 1}', '{"api_key": "[redacted]", "x": 1}'],
  [`{"user":"scribe","pass":"${password}"}`, '{"user":"scribe","pass":"[redacted]"}'],
  [`{\\"clientSecret\\": \\"${password}\\"}`, '{\\"clientSecret\\": \\"[redacted]\\"}'],
  [`{'x-api-key': '${password}'}`, "{'x-api-key': '[redacted]'}"],
  [`"secret" => "${password}"`, '"secret" => "[redacted]"'],
  [`curl --api-key ${password} --max-tokens 5`, "curl --api-key [redacted] --max-tokens 5"],
  [`psql --password "${password} x" -h db`, "psql --password [redacted] -h db"],
  [`the passphrase: "${password}, and more"`, 'the passphrase: "[redacted]"'],
  [`Server=db;User Id=scribe;Password=${password};Timeout=5`, "Server=db;User Id=scribe;Password=[redacted];Timeout=5"],
  [`AccountKey=${"a".repeat(40)}==;EndpointSuffix=x`, "AccountKey=[redacted];EndpointSuffix=x"],
  [`postgres://scribe:${password}@db:5432/shop`, "postgres://scribe:[redacted]@db:5432/shop"],
  ["redis://:p@ss@cache/0", "redis://:[redacted]@cache/0"],
  [`scribe:${password}@tcp(db:3306)/shop`, "scribe:[redacted]@tcp(db:3306)/shop"],
  [`GET /x?api_key=${password}&page=2 404`, "GET /x?api_key=[redacted]&page=2 404"],
  ["GET /blob?sv=2024&sig=aB3%2Fx%3D&se=5", "GET /blob?sv=2024&sig=[redacted]&se=5"],
  [`Authorization: Bearer ${password} was refused`, "Authorization: Bearer [redacted] was refused"],
  [`{"authorization":"Basic c2NyaWJlOmg="}`, '{"authorization":"[redacted]"}'],
  [`Authorization: ${password}`, "Authorization: [redacted]"],
  ["sent Basic c2NyaWJlOmh1bnRlcjI= again", "sent Basic [redacted] again"],
  ["sent bearer abc.def-123 again", "sent bearer [redacted] again"],
  ["Cookie: session=abc; theme=dark\r\nHost: x", "Cookie: [redacted]\r\nHost: x"],
  ["Set-Cookie: id=a3fWa; Secure; HttpOnly", "Set-Cookie: [redacted]"],
  [`before ${privateKey} after`, "before [redacted] after"],
  [privateKey.slice(0, 90), "[redacted]"],
  [`PRIVATE_KEY="${privateKey.replaceAll("\n", "\\n")}"`, 'PRIVATE_KEY="[redacted]"'],
  [`https://hooks.slack.com/services/T00000000/B00000000/${"x".repeat(24)}`, "https://hooks.slack.com/services/[redacted]"],
];

/** What looks a little like a secret and is none. */
const harmless: readonly string[] = [
  "",
  "approve",
  "The token is a unit of text; tokens: 1200, inputTokens=900, token_count: 5, max_tokens=4096, tokenType: word",
  "token: the smallest unit of text",
  "A secret: never give up. The secret is simple: tests.",
  'He shared the secret: "never give up"',
  "Passwords are hashed; the password field is required, and the password reset works.",
  "The cookie banner is ugly. Cookie: a small file that a browser keeps.",
  "basic understanding of bearer authentication, and Basic arithmetic",
  "keyword=parser, primary_key=id, foreign key: user_id, cache_key=a, public_key: yes",
  "if (token === null || password != undefined) return;",
  "function login(user: string, password: string, token?: string): boolean",
  '{"type":"object","properties":{"max_tokens":{"type":"integer"},"tokens":{"type":"array"}}}',
  "PWD=/home/scribe OLDPWD=/tmp",
  "--token takes a secret text, --max-tokens 5, --token-type word",
  randomUUID(),
  "commit 4bf92f3577b34da6a3ce929d0e0e47360af76519 by scribe",
  "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
  "/usr/lib/node_modules/@opentelemetry/sdk-trace/build/src/export/BatchSpanProcessorBase.js:142:11",
  "C:\\Users\\scribe\\AppData\\Local\\Temp\\task-list-of-the-day.txt",
  "https://example.com:8443/a/b@2.0/c?page=2#part, git@github.com:scribe/shop.git, http://host:8080/x@y",
  `data:image/png;base64,${Buffer.from(Array.from({ length: 3_000 }, (_, place) => (place * 7) % 256)).toString("base64")}`,
  "task-sk-learn-a-model-with-many-words-in-it, risk-adjusted-return-on-the-whole-portfolio",
  "chatcmpl-9Xy2Zabcdefghijklmnopqrstuv, call_abc123DEF456ghi789jkl012, msg_01XFDUDYJgAACzvnptvVoYEL, run_7f3a",
  "SKIP_BROKEN_TESTS_IN_CONTINUOUS_INTEGRATION",
  "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
  "sha512-DukPaEnZNKUFQd1OomcYVYIGXRnVN5DGy8KQvX/A4OyPpfBLTUtWYyNlkSfTJPnC7fkQ4sgWcGITFaSAqi1hLA==",
];

const allKeys = fc.constantFrom(...Object.values(keys));
/** Around a secret stands what a person or a program writes: a word begins and ends there. */
const before = fc.constantFrom(
  " ",
  "\n",
  '"',
  "'",
  "(",
  " key ",
  " export KEY=",
  " see: ",
  " https://x/?k=",
  "ä",
  " a_",
  " x-",
  "…",
);
const after = fc.constantFrom(" ", "\n", '"', "'", ")", ", and", "; x", "&y=1", "…", "<br>");
const prose = fc.string({ unit: fc.constantFrom(..."abcdefghij XYZ.,;!?()[]{}\n\t"), maxLength: 200 });
const anything = fc.oneof(
  fc.string({ unit: "binary", maxLength: 300 }),
  fc
    .array(
      fc.oneof(
        fc.constantFrom(
          ...'password passwd token secret api_key authorization cookie bearer Basic Digest : = := => == \' " \\" \\ -- --token ? & sig= @ :// @tcp( [redacted] [ ] { } ( ) , ; \n'.split(
            " ",
          ),
          " ",
          "-----BEGIN PRIVATE KEY",
          "-----END PRIVATE KEY-----",
          "eyJ",
          "sk-",
          "SG.",
        ),
        fc.string({ maxLength: 12 }),
        allKeys,
      ),
      { maxLength: 14 },
    )
    .map((parts) => parts.join("")),
);

describe("redactText", () => {
  it.each(redacted)("shows %j as %j", (text, shown) => {
    expect(redactText(text)).toBe(shown);
  });

  it.each(harmless.map((text) => [text]))("leaves %j alone", (text) => {
    expect(redactText(text)).toBe(text);
  });

  it.each(Object.entries(keys))("takes out a key of %s", (_provider, key) => {
    expect(redactText(`The key is ${key}, as you know.`)).toBe("The key is [redacted], as you know.");
    expect(redactText(key)).toBe("[redacted]");
  });

  it("takes out keys wherever they stand", () => {
    fc.assert(
      fc.property(prose, before, allKeys, after, prose, (first, open, key, close, last) => {
        expect(redactText(`${first}${open}${key}${close}${last}`)).not.toContain(key);
      }),
    );
  });

  it("takes out any password in JSON, in JSON within JSON, in a URL and behind a flag", () => {
    const secret = fc.string({ minLength: 6, maxLength: 40 }).filter((text) => text.trim() === text && text !== "[redacted]");
    fc.assert(
      fc.property(secret, fc.constantFrom("password", "apiKey", "client_secret", "X-Api-Key"), (value, name) => {
        const json = JSON.stringify({ a: 1, [name]: value, b: "end" });
        expect(JSON.parse(redactText(json))).toEqual({ a: 1, [name]: "[redacted]", b: "end" });
        const nested = redactText(JSON.stringify({ body: json }));
        if (!value.includes('"') && !value.includes("\\")) {
          expect(JSON.parse(JSON.parse(nested).body)).toEqual({ a: 1, [name]: "[redacted]", b: "end" });
        }
        const url = new URL("https://scribe@host/path");
        url.password = value;
        if (url.password !== "") expect(redactText(url.href)).toBe("https://scribe:[redacted]@host/path");
      }),
    );
  });

  it("is as good once as twice", () => {
    fc.assert(
      fc.property(anything, (text) => {
        const once = redactText(text);
        expect(redactText(once)).toBe(once);
      }),
      { numRuns: 1_000 },
    );
  });

  it("changes nothing in text without a secret, and gives back the very same", () => {
    for (const harmlessText of [prose, fc.uuid()]) {
      fc.assert(
        fc.property(harmlessText, (text) => {
          expect(redactText(text)).toBe(text);
        }),
      );
    }
    for (let round = 0; round < 200; round += 1) {
      const bytes = randomBytes(600);
      for (const encoding of ["hex", "base64"] as const)
        expect(redactText(bytes.toString(encoding))).toBe(bytes.toString(encoding));
    }
  });

  it.each([
    ["sk-", "sk-"],
    ["eyJ", "-eyJ"],
    ["a flag", "--"],
    ["a name", "password"],
    ["a name with spaces", "password     "],
    ["quotes", 'password:"'],
    ["escaped quotes", '\\"token\\":\\"'],
    ["a URL", "://"],
    ["a URL with a user", "://a:"],
    ["a private key", "-----BEGIN PRIVATE KEY-----"],
    ["the begin of a private key", "-----BEGIN "],
    ["a cookie", "cookie: a"],
    ["authorization", "authorization: basic "],
    ["bearer", "bearer "],
    ["dots", "SG.aaaaaaaaaaaaaaaaaaaa."],
  ])("takes no longer than in proportion over a long text of %s", (_what, part) => {
    const startedAt = performance.now();
    redactText(part.repeat(200_000 / part.length));
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });
});

describe("mayHoldSecret", () => {
  it("says so of every text from which something would be taken out", () => {
    for (const [text] of redacted) expect(mayHoldSecret(text), text).toBe(true);
    for (const key of Object.values(keys)) expect(mayHoldSecret(key), key).toBe(true);
  });
});
