import { readKernel } from "../lib/kernel/mod.ts";

/** What a test may need of the machine, beside Deno. */
export type Necessity = "engine" | "compile" | "landlock" | "mount";

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
 * `compile`: the pair that `compile-base` prints. A machine that reaches dl.deno.land
 * needs none and says so with `BULKHEAD_MUST=compile`.
 * `landlock`: a kernel whose Landlock can be used. `mount`: the right to mount.
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
  compile: missingCompileBase,
  landlock: missingLandlock,
  mount: missingMount,
};

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

function missingCompileBase(): string {
  const unset = ["BULKHEAD_COMPILE_DENO", "DENORT_BIN"].filter((it) => !Deno.env.get(it));
  return unset.length === 0 ? "" : `${unset.join(" and ")} not set`;
}
