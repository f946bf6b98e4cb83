import { HOST, IMAGE } from "../../container_fixture.ts";
import { dockerAt } from "./run_task.ts";

/** An engine of a test's own, that may die and be full. */
export interface OwnEngine extends AsyncDisposable {
  /** Its socket, as `unix:///…`. */
  readonly host: string;
  /** The same engine at `tcp://127.0.0.1:PORT`. */
  readonly tcp: string;
  /** Ends it at once, with all that it runs, as the crash of its machine would. */
  kill(): Promise<void>;
}

/** Why a test cannot have an engine of its own; empty where it can. */
export function whyNoOwnEngine(): string {
  if (Deno.uid() !== 0) return "an engine of its own takes root";
  const found = ["/usr/sbin/dockerd", "/usr/bin/dockerd"].some((it) => {
    try {
      return Deno.statSync(it).isFile;
    } catch {
      return false;
    }
  });
  return found ? "" : "there is no dockerd";
}

/**
 * Starts an engine with the tests' image, all of it below one directory.
 *
 * @param dataBytes Its disk is in memory and has so many bytes.
 */
export async function startOwnEngine(dataBytes?: number): Promise<OwnEngine> {
  const directory = await Deno.makeTempDir({ prefix: "bulkhead_own_engine_" });
  const data = `${directory}/data`;
  await Deno.mkdir(data);
  if (dataBytes !== undefined) {
    await mustRun("mount", ["-t", "tmpfs", "-o", `size=${dataBytes}`, "tmpfs", data]);
  }
  const host = `unix://${directory}/socket`;
  const port = freePort();
  // In namespaces of its own, which end with it: processes of containers, and what is mounted.
  const engine = new Deno.Command("unshare", {
    args: [
      ...["--pid", "--fork", "--kill-child", "--mount", "--mount-proc", "dockerd"],
      ...[`--host=${host}`, `--host=tcp://127.0.0.1:${port}`, "--tls=false"],
      ...[`--data-root=${data}`, `--exec-root=${directory}/exec`, `--pidfile=${directory}/pid`],
      ...["--iptables=false", "--bridge=none"],
    ],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  await becomes(true, host);
  const image = `${directory}/image.tar`;
  if (!dockerAt(HOST, "save", "--output", image, IMAGE).success) throw new Error("no image");
  if (!dockerAt(host, "load", "--input", image).success) throw new Error("it takes no image");
  return {
    host,
    tcp: `tcp://127.0.0.1:${port}`,
    async kill() {
      engine.kill("SIGKILL");
      await engine.status;
      await becomes(false, host);
    },
    async [Symbol.asyncDispose]() {
      try {
        engine.kill("SIGKILL");
      } catch {
        // It was killed before.
      }
      await engine.status;
      await becomes(false, host);
      if (dataBytes !== undefined) await mustRun("umount", ["--lazy", data]);
      await Deno.remove(directory, { recursive: true });
    },
  };
}

/** Waits until an engine answers, or does not any more. */
async function becomes(answers: boolean, host: string): Promise<void> {
  for (let i = 0; i < 600; i++) {
    if (dockerAt(host, "version").success === answers) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`the engine of the test ${answers ? "does not answer" : "does not end"}`);
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

async function mustRun(program: string, args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, { args }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}
