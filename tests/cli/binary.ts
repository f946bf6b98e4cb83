import { buildBinary } from "../../lib/build/compile.ts";
import { type Need, need } from "../must.ts";
import { FILES } from "./files.ts";

/** Whether there is a binary to test, or one can be built. */
export function needBinary(): Need {
  return given() === undefined ? need("compile") : { ignore: false, reason: "" };
}

/** The binary, in a place that every user may look into. */
export interface Built extends AsyncDisposable {
  readonly path: string;
}

/** Takes the binary of `BULKHEAD_BIN`, or builds one. */
export async function takeBinary(): Promise<Built> {
  const root = await makeOpenDirectory();
  const path = `${root}/bulkhead`;
  const from = given();
  if (from === undefined) await buildBinary(path);
  else await Deno.copyFile(from, path);
  await Deno.chmod(path, 0o755);
  return { path, [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }) };
}

/** A directory with a flow, a policy, and the binary under a name of its own. */
export interface BinaryBox extends AsyncDisposable {
  readonly root: string;
  readonly binary: string;
}

/** Makes one in a place that every user may look into. */
export async function makeBinaryBox(built: Built): Promise<BinaryBox> {
  const root = await makeOpenDirectory();
  await Deno.link(built.path, `${root}/bulkhead`);
  const files = {
    "flow.yaml": FILES["flow.yaml"] as string,
    // All layers that the machine has.
    "policy.yaml": "bulkhead:\n  filesystem: closed\n",
  };
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${root}/${name}`, text);
    await Deno.chmod(`${root}/${name}`, 0o644);
  }
  return {
    root,
    binary: `${root}/bulkhead`,
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
}

/** Outside of /tmp, which a test may cover. */
async function makeOpenDirectory(): Promise<string> {
  const root = await Deno.makeTempDir({ dir: "/var/tmp", prefix: "bulkhead_binary_" });
  await Deno.chmod(root, 0o755);
  return root;
}

/** How a call went. */
export interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts a command with this environment and nothing else of ours. */
export async function call(
  [file, ...args]: readonly [string, ...string[]],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Said> {
  const { code, stdout, stderr } = await new Deno.Command(file, {
    args,
    cwd,
    clearEnv: true,
    env: { ...env },
    stdin: "null",
  }).output();
  const [out, err] = [stdout, stderr].map((it) => new TextDecoder().decode(it));
  return { code, stdout: out!, stderr: err! };
}

function given(): string | undefined {
  return Deno.env.get("BULKHEAD_BIN") || undefined;
}
