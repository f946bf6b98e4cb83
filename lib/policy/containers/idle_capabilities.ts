import type { ContainerRules, Diagnostic } from "../../model/mod.ts";

/**
 * Warns of capabilities that no process will have.
 *
 * Docker puts what is added into the bounding set, and takes it out of all others for a user that is
 * not root (`CapEff` of `/proc/self/status` is 0); nothing in a container can get it back without new
 * privileges. Said of docker alone: that is where it was looked at.
 */
export function idleCapabilities(
  { engine, users, capabilities }: ContainerRules,
): readonly Diagnostic[] {
  const [first] = capabilities;
  const [user] = users;
  if (first === undefined || (engine?.value ?? "docker") !== "docker") return [];
  if (user !== undefined && /^0+:/.test(user.value)) return [];
  return [{
    code: "policy/idle-capabilities",
    severity: "warning",
    message:
      `"${first.value}" is given for nothing: docker keeps capabilities from all users but 0`,
    at: first.source,
    ...(user && { related: [{ message: "the user that containers get", at: user.source }] }),
    help: 'Leave it out, or put a user "0:…" first in "containers.users"',
  }];
}
