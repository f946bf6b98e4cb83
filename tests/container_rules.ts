import type { ContainerRules } from "../lib/model/mod.ts";

/**
 * What containers may have where no policy says anything of them.
 *
 * @param own What the test is about.
 */
export function containerRules(own: Partial<ContainerRules> = {}): ContainerRules {
  return {
    images: { allow: [], deny: [] },
    networks: [],
    users: [],
    capabilities: [],
    volumes: [],
    devices: [],
    ports: [],
    writableRoot: undefined,
    ...own,
  };
}
