import type { Engine } from "../lib/model/mod.ts";

/**
 * An engine as `locateEngine()` would find it.
 *
 * @param own What the test is about.
 */
export function engineFacts(own: Partial<Engine> = {}): Engine {
  return {
    kind: "docker",
    client: "/docker",
    version: "27",
    host: "unix:///socket",
    rootless: false,
    isLocal: true,
    api: "/socket",
    lacks: [],
    ...own,
  };
}
