import type { Circumstances } from "./comparison.ts";

/** The day and the machine: cores, kernel and distribution, and nothing by which it is known. */
export async function circumstances(): Promise<Circumstances> {
  const release = await Deno.readTextFile("/etc/os-release").catch(() => "");
  const name = /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(release)?.[1] ?? "unknown distribution";
  const kernel = /^\d+(\.\d+)*/.exec(Deno.osRelease())?.[0] ?? Deno.osRelease();
  const cores = navigator.hardwareConcurrency;
  const systems: Readonly<Record<string, string>> = { linux: "Linux", darwin: "macOS" };
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: `${cores} cores, ${systems[Deno.build.os] ?? Deno.build.os} ${kernel}, ${name}`,
  };
}
