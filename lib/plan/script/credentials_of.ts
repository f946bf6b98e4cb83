import type { RegistryCredentials } from "../../model/mod.ts";
import { toPlain } from "../../source/to_plain.ts";
import { keyOf, refuseKey, type RunnerReader } from "./runner_reader.ts";
import { readTextMap, wrongValue } from "./task_reader.ts";

const LOGIN = ["registry", "username", "password", "registryToken", "identityToken", "auth"];

/** What logs in to registries, as it is written: it is rendered when the task runs. */
export function credentialsOf(reader: RunnerReader): RegistryCredentials | undefined {
  const login = loginOf(reader);
  const config = configOf(reader);
  if (login === undefined && config === undefined) return undefined;
  return { ...(login && { login }), ...(config !== undefined && { config }) };
}

function loginOf(reader: RunnerReader): RegistryCredentials["login"] {
  const entry = keyOf(reader, "credentials");
  if (entry === undefined) return undefined;
  const all = readTextMap(reader, "taskRunner.credentials", entry);
  const odd = Object.keys(all).find((it) => !LOGIN.includes(it));
  if (odd !== undefined) {
    return refuseKey(reader, ["credentials", odd], "is not known", {
      help: `"credentials" has ${LOGIN.join(", ")}`,
    });
  }
  return Object.fromEntries(
    Object.entries(all).flatMap(([key, it]) => it === null ? [] : [[key, it]]),
  );
}

function configOf(reader: RunnerReader): unknown {
  const entry = keyOf(reader, "config");
  if (entry === undefined) return undefined;
  const { value } = entry;
  if (value.kind === "map" || (value.kind === "scalar" && typeof value.value === "string")) {
    return toPlain(value);
  }
  return wrongValue(reader, "taskRunner.config", "a map, nor the text of one", value);
}
