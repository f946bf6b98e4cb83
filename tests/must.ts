import { readKernel } from "../lib/kernel/mod.ts";

/** What a test may need of the machine, beside Deno. */
export type Necessity =
  | "engine"
  | "podman"
  | "compile"
  | "landlock"
  | "mount"
  | "shells"
  | "terminal"
  | "mandoc"
  | "systemd"
  | "chromium";

/** What `.ci/engine podman` imports: podman asks for the whole name. */
export const PODMAN_IMAGE = "docker.io/library/busybox:latest";

/** Whether a test can run here. */
export interface Need {
  readonly ignore: boolean;
  /** Why it cannot; empty when the machine has what it takes. */
  readonly reason: string;
}

const found = new Map<Necessity, string>();

/**
 * Tells whether this machine has what a test needs.
 *
 * What `BULKHEAD_MUST` lists (`engine,compile`) is never a reason to ignore: there
 * the test runs, and fails where the machine falls short.
 *
 * @param what `engine`: a container engine that answers `docker version`.
 * `podman`: podman that runs a container of the image that `.ci/engine podman` gives it.
 * `compile`: the pair that `compile-base` prints. A machine that reaches dl.deno.land
 * needs none and says so with `BULKHEAD_MUST=compile`.
 * `landlock`: a kernel whose Landlock can be used. `mount`: the right to mount.
 * `shells`: bash, zsh and fish, and script(1) to give them a terminal. `mandoc` and `systemd`:
 * the programs mandoc(1) and systemd-analyze(1). `terminal`: script(1) and stty(1).
 * `chromium`: a browser by that name.
 */
export function need(what: Necessity): Need {
  const reason = missing(what);
  return { ignore: reason !== "" && !demanded(what), reason };
}

/**
 * A test that needs something of the machine.
 *
 * Where that is missing it is ignored, with the reason in its name; where it is missing
 * although `BULKHEAD_MUST` lists it, the test fails.
 */
export function testWith(
  what: Necessity,
  name: string,
  fn: (t: Deno.TestContext) => void | Promise<void>,
): void {
  const { ignore, reason } = need(what);
  Deno.test({
    name: ignore ? `${name} [ignored: ${reason}]` : name,
    ignore,
    async fn(t) {
      // Compiling may work without the pair; whether it does, the test finds out.
      if (reason !== "" && what !== "compile") throw new Error(`BULKHEAD_MUST=${what}: ${reason}`);
      await fn(t);
    },
  });
}

function demanded(what: Necessity): boolean {
  return (Deno.env.get("BULKHEAD_MUST") ?? "").split(",").map((it) => it.trim()).includes(what);
}

function missing(what: Necessity): string {
  const known = found.get(what);
  if (known !== undefined) return known;
  const reason = LOOKS[what]();
  found.set(what, reason);
  return reason;
}

const LOOKS: Readonly<Record<Necessity, () => string>> = {
  engine: missingEngine,
  podman: missingPodman,
  compile: missingCompileBase,
  landlock: missingLandlock,
  mount: missingMount,
  shells: () => missingPrograms("bash", "zsh", "fish", "script"),
  terminal: () => missingPrograms("script", "stty"),
  mandoc: () => missingPrograms("mandoc"),
  systemd: () => missingPrograms("systemd-analyze"),
  chromium: () => missingPrograms("chromium"),
};

function missingPrograms(...names: readonly string[]): string {
  const directories = (Deno.env.get("PATH") ?? "").split(":");
  const missing = names.filter((name) => !directories.some((it) => isFile(`${it}/${name}`)));
  return missing.length === 0 ? "" : `there is no ${missing.join(", no ")}`;
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

function missingLandlock(): string {
  const kernel = readKernel();
  return typeof kernel === "string" ? kernel : "";
}

function missingMount(): string {
  try {
    const { success, stderr } = new Deno.Command("unshare", { args: ["--mount", "true"] })
      .outputSync();
    return success ? "" : new TextDecoder().decode(stderr).trim();
  } catch {
    return "there is no unshare(1)";
  }
}

function missingEngine(): string {
  try {
    const { success, stderr } = new Deno.Command("docker", {
      args: ["version", "--format", "{{.Server.Version}}"],
      stdin: "null",
    }).outputSync();
    if (success) return "";
    const said = new TextDecoder().decode(stderr).trim().split("\n")[0];
    return `no container engine answers (${said})`;
  } catch {
    return "there is no docker client";
  }
}

function missingPodman(): string {
  try {
    const { success, stderr } = new Deno.Command("podman", {
      args: [...["run", "--rm", "--pull=never", "--network=none"], PODMAN_IMAGE, "true"],
      stdin: "null",
    }).outputSync();
    if (success) return "";
    return `podman runs nothing (${new TextDecoder().decode(stderr).trim().split("\n").at(-1)})`;
  } catch {
    return "there is no podman";
  }
}

function missingCompileBase(): string {
  const unset = ["BULKHEAD_COMPILE_DENO", "DENORT_BIN"].filter((it) => !Deno.env.get(it));
  return unset.length === 0 ? "" : `${unset.join(" and ")} not set`;
}
