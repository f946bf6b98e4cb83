import { deepEqual, equal, ok } from "node:assert/strict";
import { findPlainSecrets, isNameOfSecret } from "./find_plain_secrets.ts";

/** Put together here, so that nobody who looks for secrets finds one in this file. */
const made = (beginning: string, length: number) =>
  beginning + "aB3dE5gH7jK9".repeat(20).slice(0, length);

Deno.test.each([
  { what: "an access key of AWS", value: `AKIA${"ABCD1234EFGH5678"}` },
  { what: "a token of GitHub", value: made("ghp_", 36) },
  { what: "a token of GitHub", value: made("github_pat_", 60) },
  { what: "a token of GitLab", value: made("glpat-", 20) },
  { what: "a token of Slack", value: made("xoxb-", 30) },
  {
    what: "a webhook of Slack",
    value: made("https://hooks.slack.com/services/T0000000/B0000000/", 24),
  },
  { what: "a key of Google", value: made("AIza", 35) },
  { what: "a key of Stripe", value: made("sk_live_", 24) },
  { what: "a key of Anthropic", value: made("sk-ant-", 40) },
  { what: "a key of OpenAI", value: made("sk-proj-", 40) },
  { what: "a token of npm", value: made("npm_", 36) },
  { what: "a private key", value: "-----BEGIN RSA PRIVATE" + " KEY-----\nMII" },
  { what: "a private key", value: "-----BEGIN PRIVATE" + " KEY-----" },
  { what: "a signed token", value: `${made("eyJ", 20)}.${made("eyJ", 30)}.${made("", 40)}` },
  { what: "a password in a URL", value: "postgres://app:s3cr3t-pw@db.a.b:5432/x" },
  { what: "a secret in a script", value: `export DB_PASSWORD="s3cr3tpw"` },
  { what: "a secret in a script", value: `api_key = 's3cr3tkey'` },
  { what: "a secret in a script", value: `{"password": "s3cr3tpw"}` },
])("findPlainSecrets() finds $what", ({ what, value }) => {
  const [it, ...more] = findPlainSecrets(`say ${value} again`);
  deepEqual([it?.what, more], [what, []]);
  ok(it!.start >= 4 && it!.end <= 4 + value.length);
});

Deno.test.each([
  "{{ secret('DB') }}",
  "postgres://app:{{ secret('DB') }}@db/x",
  "postgres://app:$PASSWORD@db/x",
  "https://a.b/x:y@z",
  "https://a.b:443/x",
  `password="$PASSWORD"`,
  `token_id = "orders-1"`,
  `token = os.environ["TOKEN"]`,
  `TOKEN="<your token>"`,
  "sk-learn and skip-ant",
  "AKIA is how they begin",
  "-----BEGIN PUBLIC KEY-----",
  "user: root, password: asked for",
])("findPlainSecrets() finds nothing in %s", (value) => {
  deepEqual(findPlainSecrets(value), []);
});

Deno.test.each([
  { name: "password", value: "root", is: true },
  { name: "dbPassword", value: "k3str4", is: true },
  { name: "API_KEY", value: "abcd1234", is: true },
  { name: "client-secret", value: "abcd1234", is: true },
  { name: "accessKeyId", value: "abcd1234", is: false },
  { name: "tokenUrl", value: "abcd1234", is: false },
  { name: "nextToken", value: "abcd1234", is: false },
  { name: "monkey", value: "abcd1234", is: false },
  { name: "password", value: "{{ inputs.password }}", is: false },
  { name: "password", value: "<password>", is: false },
  { name: "password", value: "xxxxxxxx", is: false },
  { name: "password", value: "/run/secrets/db", is: false },
  { name: "password", value: "what you log in with", is: false },
  { name: "password", value: "DB_PASSWORD", is: false },
  { name: "user", value: "k3str4", is: false },
])("findPlainSecrets() of $name: $value is $is", ({ name, value, is }) => {
  const found = findPlainSecrets(value, name);
  equal(found.length, is ? 1 : 0);
  for (const it of found) {
    deepEqual([it.start, it.end], [0, value.length]);
    equal(it.what.includes(value), false, "the secret is in what is said of it");
  }
});

Deno.test("isNameOfSecret() goes by whole words", () => {
  deepEqual(["passwordless", "secretary", "notasecret"].filter(isNameOfSecret), []);
});

Deno.test("findPlainSecrets() takes time that grows with the text alone", () => {
  for (const it of ["eyJ", "a://b:", "password=", "-----BEGIN ", "sk-", "token = '"]) {
    const started = performance.now();
    findPlainSecrets(it.repeat(100_000 / it.length));
    ok(performance.now() - started < 2_000, it);
  }
});
