import fc from "fast-check";
import { expect, it } from "vitest";
import { mayHoldSecretOnWire } from "../../src/redaction/glance.ts";
import { isSecretName } from "../../src/redaction/secret-names.ts";

const secret =
  "password passwd pwd userPassword db_password password2 PASSWORD passphrase secret secrets client_secret clientSecret CLIENT-SECRET token access_token accessToken refresh-token id_token github_token x-auth-token authToken apikey api_key api-key apiKey API_KEY x-api-key openai.api.key access_key secret_access_key private_key privateKey ssh_key encryption-key authorization Authorization proxy-authorization http.request.header.authorization cookie cookies set-cookie session_cookie sessionCookie credential credentials aws_credentials connection_string connectionString dsn jwt bearer pass".split(
    " ",
  );

const harmless =
  "tokens inputTokens input_tokens token_count tokenCount max_tokens maxTokens token_type tokenType max_token first_token timeToFirstToken cost_per_token next_token pageToken stop_token keyword keywords key keys primary_key foreignKey public_key cache_key monkey turkey passed bypass compass password_length secret_name secretary cookie_policy cookieConsent authorized author authorization_type credentialType name agent id gen_ai.usage.input_tokens llm.token_count.prompt".split(
    " ",
  );

it.each(secret)("%s is called like a secret", (name) => {
  expect(isSecretName(name)).toBe(true);
});

it.each(harmless)("%s is not", (name) => {
  expect(isSecretName(name)).toBe(false);
});

it("every name of a secret is seen at a glance on the wire, whatever stands before it", () => {
  const prefix = fc
    .string({ unit: fc.constantFrom(..."abcXYZ._-"), maxLength: 20 })
    .map((text) => (text === "" ? "" : `${text}_`));
  fc.assert(
    fc.property(fc.constantFrom(...secret), prefix, (name, before) => {
      fc.pre(isSecretName(before + name));
      const key = before + name;
      expect(mayHoldSecretOnWire(Buffer.from(JSON.stringify({ key, value: { stringValue: "x" } })), "json")).toBe(true);
      const protobuf = Buffer.concat([
        Buffer.from([0x0a, key.length]),
        Buffer.from(key),
        Buffer.from([0x12, 0x03, 0x0a, 0x01, 0x78]),
      ]);
      expect(mayHoldSecretOnWire(protobuf, "protobuf")).toBe(true);
    }),
  );
});
