import type { Access, TaskPlan } from "../model/mod.ts";
import { isWithin } from "../paths/is_within.ts";
import { allows, denies, type Part, silent } from "./deno_part.ts";
import { hostParts, isAddress } from "./host_matches.ts";

/** Says what the kernel would: it looks where a path leads in the end, and knows no names of hosts. */
export function kernelPart(
  { kernel, layers, because }: TaskPlan,
  { kind, value = "", real = value }: Access,
): Part {
  if (kernel === undefined) {
    return silent(layers.kernel.active ? "it does not look at this" : layers.kernel.why);
  }
  if (kind === "env") return silent("it does not look at variables");
  if (kind === "spawn") {
    return kernel.spawn
      ? allows("programs that may be read start, confined like the task")
      : denies("no process may be started");
  }
  if (kind === "net") {
    if (kernel.sockets === "none") return denies("no socket is given");
    const { host, port } = hostParts(value);
    if (kernel.ports !== "all" && (port === undefined || !kernel.ports.includes(Number(port)))) {
      const listed = kernel.ports.join(", ");
      return denies(
        port === undefined ? `only TCP ports ${listed}` : `TCP port ${port} is none of ${listed}`,
      );
    }
    const resolves = !because.some(({ effect }) => effect.startsWith("withhold names of hosts"));
    return resolves || isAddress(host)
      ? allows("sockets of the internet; it knows no hosts")
      : denies("names of hosts do not resolve: /etc/resolv.conf is closed");
  }
  const shown = real === value ? "it" : `${real}, where it leads`;
  const open = kernel[kind].find((it) => isWithin(it, real));
  if (open !== undefined) return allows(real === open ? "it is open" : `${open} is open`);
  if (kernel.devices.includes(real)) return allows("a device that holds nothing is open to all");
  if (kind === "read" && kernel.lookup?.some((it) => isWithin(it, real))) {
    return allows("a file there is read by who knows its name, if it is its own process's");
  }
  return denies(`nothing opens ${shown}`);
}
