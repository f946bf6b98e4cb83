import type { Engine } from "../model/mod.ts";

/**
 * What the client of an engine may see of the harness's variables: where the logins of registries are,
 * and what it finds this engine by.
 *
 * @param env A variable of the harness.
 */
export function clientEnv(
  { clientEnv: own = {} }: Pick<Engine, "clientEnv">,
  env: (name: string) => string | undefined,
): Readonly<Record<string, string>> {
  const logins = ["HOME", "DOCKER_CONFIG"].flatMap((name) => {
    const value = env(name);
    return value === undefined ? [] : [[name, value]];
  });
  return { ...Object.fromEntries(logins), ...own };
}
