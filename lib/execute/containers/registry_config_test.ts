import { deepEqual, equal, match } from "node:assert/strict";
import type { RegistryCredentials } from "../../model/mod.ts";
import { registryConfig } from "./registry_config.ts";

function authsOf(credentials: RegistryCredentials, image = "r.example:5000/a/b:1") {
  const made = registryConfig(credentials, image);
  if ("fact" in made) throw new Error(made.fact);
  return JSON.parse(made.text).auths;
}

Deno.test("registryConfig() gives a login to the registry that is meant", () => {
  const login = { username: "me", password: "pässword" };
  const auth = "bWU6cMOkc3N3b3Jk";
  const rows: Readonly<Record<string, string>> = {
    "r.example:5000/a/b:1": "r.example:5000",
    "localhost/a": "localhost",
    "ghcr.io/a/b@sha256:0": "ghcr.io",
    "busybox": "https://index.docker.io/v1/",
    "team/tool:1": "https://index.docker.io/v1/",
    "docker.io/team/tool": "https://index.docker.io/v1/",
  };
  for (const [image, registry] of Object.entries(rows)) {
    deepEqual(authsOf({ login }, image), { [registry]: { auth } }, image);
  }
  deepEqual(authsOf({ login: { ...login, registry: "other" } }), { other: { auth } });
});

Deno.test("registryConfig() takes every form of a login", () => {
  const of = (login: Record<string, string>) => authsOf({ login: { registry: "r", ...login } }).r;
  deepEqual(of({ auth: "abc", username: "u", password: "p" }), { auth: "abc" });
  deepEqual(of({ registryToken: "t" }), { registrytoken: "t" });
  deepEqual(of({ identityToken: "t" }), { identitytoken: "t" });
});

Deno.test("registryConfig() puts credentials over a config, as text or as a map", () => {
  const config = { auths: { r: { auth: "old" }, other: { auth: "kept" } } };
  const login = { registry: "r", auth: "new" };
  const expected = { r: { auth: "new" }, other: { auth: "kept" } };
  deepEqual(authsOf({ config, login }), expected);
  deepEqual(authsOf({ config: JSON.stringify(config), login }), expected);
  deepEqual(authsOf({ config }), config.auths);
});

Deno.test("registryConfig() lets nothing through that could start a program, and tells no secret", () => {
  const secret = "s3cret";
  const rows: Readonly<Record<string, readonly [RegistryCredentials, RegExp]>> = {
    store: [{ config: { auths: {}, credsStore: secret } }, /"credsStore"/],
    helpers: [{ config: `{"credHelpers": {"r": "${secret}"}}` }, /"credHelpers"/],
    plugins: [{ config: { cliPluginsExtraDirs: [secret] } }, /"cliPluginsExtraDirs"/],
    text: [{ config: `{${secret}` }, /not JSON/],
    list: [{ config: [secret] }, /not a map/],
    auths: [{ config: { auths: [secret] } }, /"auths"/],
    entry: [{ config: { auths: { r: { auth: "a", other: secret } } } }, /login for "r"/],
    number: [{ config: { auths: { r: { auth: 1 } } } }, /login for "r"/],
    key: [{ login: { usrname: secret } }, /"usrname"/],
  };
  for (const [name, [credentials, expected]] of Object.entries(rows)) {
    const made = registryConfig(credentials, "r/a");
    if (!("fact" in made)) throw new Error(name);
    match(made.fact, expected);
    equal(made.fact.includes(secret), false, name);
  }
});
