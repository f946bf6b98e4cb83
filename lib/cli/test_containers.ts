import { clientEnv, type EngineAccess, listImages, runContainerTrials } from "../execute/mod.ts";
import { makeScratchDirectory } from "../host/mod.ts";
import type { Engine, Found, LayerProof, SelfTest } from "../model/mod.ts";
import { containerTestPlan } from "../plan/mod.ts";
import type { Io } from "./command.ts";

/** Images that are tried before we give up: an image need not have a shell. */
const MOST_IMAGES = 5;

/**
 * Proves the container layer, with an image that is there already: nothing is pulled.
 *
 * @param image `--image`; without one, the first that has a shell.
 */
export async function testContainers(
  io: Io,
  engine: Found<Engine>,
  image: string | undefined,
): Promise<LayerProof> {
  if (!engine.found) return notProved(engine.problem.message);
  if (!engine.value.isLocal) {
    return notProved("the engine is not on this machine, and the files of the trial are");
  }
  const { client, host } = engine.value;
  const access: EngineAccess = {
    host,
    clientEnv: clientEnv(engine.value, (name) => io.env[name]),
  };
  const images = image === undefined
    ? (await listImages(client, access)).slice(0, MOST_IMAGES)
    : [image];
  for (const it of images) {
    const test = await testWith(io, engine.value, it, access);
    if (test.broken === undefined) {
      const holds = test.results.every((result) => result.holds);
      const verdict = holds ? "proved" : "failed";
      return { layer: "container", verdict, reason: `with image ${it}`, results: test.results };
    }
    if (image !== undefined) {
      const reason = `with image ${it}: ${test.broken}`;
      return { layer: "container", verdict: "failed", reason, results: [] };
    }
  }
  return notProved(
    images.length === 0
      ? "no image is here; --image NAME names one after it was pulled"
      : `no image with a shell is here (tried ${images.join(", ")})`,
  );
}

async function testWith(
  io: Io,
  engine: Engine,
  image: string,
  access: EngineAccess,
): Promise<SelfTest> {
  await using directory = await makeScratchDirectory(io.env);
  const [uid, gid] = [Deno.uid() ?? 0, Deno.gid() ?? 0];
  const plan = containerTestPlan({
    directory: directory.path,
    client: engine.client,
    engine,
    image,
    uid,
    gid,
  });
  return await runContainerTrials(plan, access, io.signal);
}

function notProved(reason: string): LayerProof {
  return { layer: "container", verdict: "not-proved", reason, results: [] };
}
