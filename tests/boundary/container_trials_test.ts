import { deepEqual, equal, match } from "node:assert/strict";
import { runContainerTrials } from "../../lib/execute/mod.ts";
import type { ContainerTestPlan, SelfTest } from "../../lib/model/mod.ts";
import { containerTestPlan } from "../../lib/plan/mod.ts";
import { testWith } from "../must.ts";

const IMAGE = "bulkhead/busybox:test";

async function clientOnPath(): Promise<string> {
  for (const it of (Deno.env.get("PATH") ?? "").split(":")) {
    if ((await Deno.stat(`${it}/docker`).catch(() => undefined))?.isFile) return `${it}/docker`;
  }
  throw new Error("there is no docker client");
}

/** Runs the self-test of containers, with something broken in its plan. */
async function selfTest(
  broken: (plan: ContainerTestPlan, directory: string) => ContainerTestPlan = (it) => it,
  image = IMAGE,
): Promise<SelfTest> {
  const directory = await Deno.realPath(await Deno.makeTempDir({ prefix: "bulkhead_self_" }));
  try {
    const client = await clientOnPath();
    const [uid, gid] = [Deno.uid() ?? 0, Deno.gid() ?? 0];
    const plan = containerTestPlan({ directory, client, image, uid, gid });
    const host = Deno.env.get("DOCKER_HOST") ?? "unix:///var/run/docker.sock";
    return await runContainerTrials(
      broken(plan, directory),
      { host, clientEnv: {} },
      new AbortController().signal,
    );
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

const failed = ({ results }: SelfTest) => results.filter((it) => !it.holds).map((it) => it.what);

testWith("engine", "boundary: the self-test proves the container layer", async () => {
  const test = await selfTest();
  equal(test.broken, undefined);
  deepEqual(failed(test), []);
  equal(test.results.length, 6);
});

Deno.test("boundary: the self-test of a container goes by no directory that an image may have", () => {
  const directory = "/root/.cache/bulkhead/test";
  const { argv } = containerTestPlan({ directory, client: "docker", image: "it", uid: 0, gid: 0 });
  const [mount, ...more] = argv.filter((it) => it.startsWith("--mount="));
  deepEqual(more, []);
  // Debian's images have /root closed to the user that the trial runs as.
  match(mount!, /^--mount=type=bind,source=\/root\/.*,target=\/bulkhead-self-test$/);
});

type Break = (plan: ContainerTestPlan, directory: string) => readonly string[];

const without = (flag: string): Break => ({ argv }) => argv.filter((it) => it !== flag);
const instead = (flag: RegExp, other: string): Break => ({ argv }) =>
  argv.map((it) => flag.test(it) ? other : it);

/** Breaks, and the trials that tell. */
const ROWS: Readonly<Record<string, { argv: Break; fails: readonly string[] }>> = {
  "a root file system that can be written, by root": {
    argv: (plan, directory) =>
      instead(/^--user=/, "--user=0:0")(
        { ...plan, argv: without("--read-only")(plan, directory) },
        directory,
      ).filter((it) => it !== "--cap-drop=ALL"),
    fails: ["write in the root directory"],
  },
  "a mount of the directory above": {
    argv: ({ argv }, directory) =>
      argv.toSpliced(
        argv.findIndex((it) => it.startsWith("--mount=")),
        0,
        `--mount=type=bind,source=${directory},target=${directory}`,
      ),
    fails: ["read a file beside the workspace"],
  },
  "the machine's network": {
    argv: instead(/^--network=/, "--network=host"),
    fails: ["see another interface"],
  },
  "a workspace that is somebody else's": {
    argv: instead(/^--user=/, "--user=12345:12345"),
    fails: ["write in the workspace", "read in the workspace"],
  },
};

testWith(
  "engine",
  "boundary: the self-test tells which wall of a container is missing",
  async (t) => {
    for (const [name, { argv, fails }] of Object.entries(ROWS)) {
      await t.step(name, async () => {
        const test = await selfTest((plan, directory) => {
          Deno.chmodSync(directory, 0o755);
          return { ...plan, argv: argv(plan, directory) };
        });
        equal(test.broken, undefined);
        deepEqual(failed(test), fails);
      });
    }
  },
);

testWith("engine", "boundary: an image that is not here proves nothing", async () => {
  const test = await selfTest((it) => it, "bulkhead/none:such");
  match(test.broken!, /its container gave no answer: .*none:such/);
});
