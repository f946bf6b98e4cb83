import { equal, match, ok } from "node:assert/strict";
import { judgeImage } from "../../lib/container/mod.ts";
import { need } from "../must.ts";

const IMAGE = "busybox:latest";

const { ignore, reason } = needImage();

/** A machine with an engine that lacks the image is as good as one without an engine. */
function needImage(): { readonly ignore: boolean; readonly reason: string } {
  const engine = need("engine");
  if (engine.reason !== "" || docker("image", "inspect", IMAGE).success) return engine;
  const demanded = (Deno.env.get("BULKHEAD_MUST") ?? "").split(",").includes("engine");
  return { ignore: !demanded, reason: `the engine has no image ${IMAGE}` };
}

function docker(...args: string[]) {
  const { success, stdout, stderr } = new Deno.Command("docker", { args, stdin: "null" })
    .outputSync();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  return { success, stdout: text(stdout), stderr: text(stderr) };
}

function runs(image: string) {
  return docker("run", "--rm", "--pull=never", "--network=none", image, "echo", "reached");
}

/** What a policy says that denies an image, and takes all others. */
function nameUnder(text: string, ...deny: string[]): string | undefined {
  const source = { file: "p.yaml", line: 1, column: 1 };
  const list = (values: readonly string[]) => values.map((value) => ({ value, source }));
  const verdict = judgeImage(text, { allow: [list(["*"])], deny: list(deny) });
  return verdict.allowed ? verdict.name : undefined;
}

const NAME = "boundary: an image that is denied is not reached by the beginning of its ID";

Deno.test(ignore ? `${NAME} [ignored: ${reason}]` : NAME, { ignore }, () => {
  if (reason !== "") throw new Error(`BULKHEAD_MUST=engine: ${reason}`);
  const { success, stdout, stderr } = docker("image", "inspect", "--format={{.Id}}", IMAGE);
  ok(success, stderr);
  const id = stdout.replace(/^sha256:/, "");
  match(id, /^[0-9a-f]{64}$/);

  // Unconfined: the engine finds it, by a text that could be a name as well.
  for (const it of [id.slice(0, 12), `sha256:${id.slice(0, 12)}`, `sha256:${id}`]) {
    equal(runs(it).stdout, "reached", it);
  }
  // The same texts as the policy lets them through: the first names no image, the others are refused.
  equal(nameUnder("busybox", "busybox"), undefined);
  const name = nameUnder(id.slice(0, 12), "busybox");
  equal(name, `docker.io/library/${id.slice(0, 12)}:latest`);
  match(runs(name).stderr, /No such image/i);
  for (const it of [`sha256:${id.slice(0, 12)}`, `sha256:${id}`, id]) {
    equal(nameUnder(it, "busybox"), undefined, it);
  }
  // The control: a name that is allowed leads to its image, in the form that the engine is told.
  equal(runs(nameUnder("busybox")!).stdout, "reached");
});
