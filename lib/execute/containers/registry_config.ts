import type { RegistryCredentials } from "../../model/mod.ts";

/** Docker's own registry, by the name it has in a `config.json`. */
const DOCKER_HUB = "https://index.docker.io/v1/";
/** What a login may say, in Kestra's words. */
const LOGIN = ["registry", "username", "password", "auth", "registryToken", "identityToken"];
/** What one registry's entry may say, in docker's words. */
const AUTH = ["auth", "username", "password", "identitytoken", "registrytoken", "email"];

type Auths = Record<string, Record<string, string>>;

/**
 * Makes the `config.json` with which an image is pulled, of a task's `config` and `credentials`; what
 * both name the latter decides.
 *
 * Nothing but logins gets into it: a `config.json` can also name programs that the client starts.
 *
 * @param image Its registry is meant where the credentials name none.
 * @returns The text; or why there is none, in words that hold no secret.
 */
export function registryConfig(
  { login, config }: RegistryCredentials,
  image: string,
): { readonly text: string } | { readonly fact: string } {
  const auths: Auths = {};
  if (config !== undefined) {
    const read = readConfig(config);
    if (typeof read === "string") return { fact: read };
    Object.assign(auths, read);
  }
  if (login !== undefined) {
    const odd = Object.keys(login).find((it) => !LOGIN.includes(it));
    if (odd !== undefined) return { fact: `its credentials have "${odd}", which is not known` };
    const registry = login.registry || registryOf(image);
    const { username, password, registryToken, identityToken } = login;
    const hasPair = username !== undefined && password !== undefined;
    const auth = login.auth ?? (hasPair ? base64(`${username}:${password}`) : undefined);
    auths[registry] = {
      ...(auth !== undefined && { auth }),
      ...(registryToken !== undefined && { registrytoken: registryToken }),
      ...(identityToken !== undefined && { identitytoken: identityToken }),
    };
  }
  return { text: JSON.stringify({ auths }) };
}

/** The registry of an image's name: what stands before the first `/`, where that can be a host. */
function registryOf(image: string): string {
  const [first, ...rest] = image.split("/");
  const isHost = rest.length > 0 && (/[.:]/.test(first!) || first === "localhost");
  return isHost && first !== "docker.io" ? first! : DOCKER_HUB;
}

function readConfig(config: unknown): Auths | string {
  let value = config;
  if (typeof config === "string") {
    try {
      value = JSON.parse(config);
    } catch {
      return "its config is not JSON";
    }
  }
  if (!isRecord(value)) return "its config is not a map";
  const odd = Object.keys(value).find((it) => it !== "auths");
  if (odd !== undefined) {
    return `its config has "${odd}": nothing but "auths" is taken, the rest can start programs here`;
  }
  const { auths = {} } = value;
  if (!isRecord(auths)) return `"auths" of its config is not a map`;
  for (const [registry, entry] of Object.entries(auths)) {
    const fits = isRecord(entry) &&
      Object.entries(entry).every(([key, it]) =>
        AUTH.includes(key.toLowerCase()) && typeof it === "string"
      );
    if (!fits) return `"auths" of its config does not hold a login for "${registry}"`;
  }
  return auths as Auths;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function base64(text: string): string {
  return btoa(Array.from(new TextEncoder().encode(text), (it) => String.fromCharCode(it)).join(""));
}
