import { deepEqual, equal, match, ok } from "node:assert/strict";
import { engineClientCalls } from "../../../lib/execute/containers/engine_client_calls.ts";
import { pullImage } from "../../../lib/execute/containers/pull_image.ts";
import { makeBox, makeWord } from "../box.ts";
import { type Behaviour, serveRegistry } from "./registry.ts";
import { CLIENT, HOST, IMAGE } from "../../container_fixture.ts";
import { commandLines, containerTest, docker, runTask, WAYS } from "./run_task.ts";

/** The shell of the tests' own image. */
function shell(): Uint8Array {
  const name = makeWord("bulkhead-shell");
  docker("create", "--name", name, IMAGE);
  try {
    const { stdout } = new Deno.Command(CLIENT, {
      args: ["cp", "--follow-link", `${name}:/bin/busybox`, "-"],
      env: { DOCKER_HOST: HOST },
    }).outputSync();
    // One entry of a tar: a header, and the file.
    const size = parseInt(new TextDecoder().decode(stdout.subarray(124, 135)), 8);
    return stdout.slice(512, 512 + size);
  } finally {
    docker("rm", "--force", name);
  }
}

/** A registry of an image that no engine has, and its name there. */
async function openRegistry(own: Partial<Behaviour> = {}) {
  const name = `tests/${makeWord("tool")}:1`;
  const registry = await serveRegistry({ image: name, shell: shell(), ...own });
  const image = `${registry.address}/${name}`;
  return {
    image,
    asked: registry.asked,
    address: registry.address,
    async [Symbol.asyncDispose]() {
      docker("rmi", "--force", image);
      await registry[Symbol.asyncDispose]();
    },
  };
}

for (const way of WAYS) {
  const test = (name: string, fn: () => Promise<void>) =>
    containerTest(`${name} (${way.transport}, ${way.files})`, fn);

  test("an image that is missing is pulled, and then it is there", async () => {
    await using box = await makeBox();
    await using registry = await openRegistry();
    const task = { image: registry.image, script: "echo ran" };
    for (const round of [1, 2]) {
      const ran = await runTask(box, way, task);
      deepEqual(ran.ending, { kind: "exited", code: 0 }, `round ${round}`);
      deepEqual([ran.stdout, ran.stderr, ran.warnings], ["ran", "", []]);
    }
    const manifests = registry.asked.filter((it) => it.path.includes("/manifests/"));
    const seen = manifests.length;
    ok(seen > 0);
    // The control: ALWAYS asks again, NEVER does not.
    await runTask(box, way, { ...task, pull: "NEVER" });
    equal(registry.asked.filter((it) => it.path.includes("/manifests/")).length, seen);
    await runTask(box, way, { ...task, pull: "ALWAYS" });
    ok(registry.asked.filter((it) => it.path.includes("/manifests/")).length > seen);
  });

  test("credentials get to their registry, and nowhere else", async () => {
    await using box = await makeBox();
    const password = makeWord("password");
    await using registry = await openRegistry({ login: `me:${password}` });
    let lists = "";
    const watching = setInterval(() => lists += commandLines(), 20);
    try {
      const script = "echo ready; grep -r password- . /tmp /proc/self/environ; sleep 1; :";
      const without = await runTask(box, way, { image: registry.image, script });
      ok(without.ending.kind === "not-started", JSON.stringify(without.ending));
      match(without.ending.reason, /cannot be pulled: .*(basic auth|unauthorized|authentication)/i);
      const login = { username: "me", password };
      const ran = await runTask(box, way, {
        image: registry.image,
        script,
        credentials: { login },
        onLine: () => lists += commandLines(),
      });
      deepEqual(ran.ending, { kind: "exited", code: 0 });
      equal(ran.stdout, "ready");
      ok(!JSON.stringify(ran.events).includes(password));
    } finally {
      clearInterval(watching);
    }
    match(lists, /echo ready/);
    for (const it of [password, btoa(`me:${password}`)]) ok(!lists.includes(it));
  });

  test("a pull that does not end is ended", async () => {
    await using box = await makeBox();
    await using registry = await openRegistry({ hangs: true });
    const stop = new AbortController();
    const began = (async () => {
      while (!registry.asked.some((it) => it.path.includes("/blobs/"))) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    })();
    const running = runTask(box, way, { image: registry.image, signal: stop.signal });
    await began;
    stop.abort();
    deepEqual((await running).ending, { kind: "interrupted" });
    const late = await runTask(box, way, { image: registry.image, timeoutMs: 500 });
    deepEqual(late.ending, { kind: "timed-out", afterMs: 500 });
  });
}

/** Pulls without the pauses. */
async function pull(image: string, pausesMs = [1, 1, 1, 1]) {
  await using box = await makeBox();
  const retries: string[] = [];
  const calls = await engineClientCalls({
    client: CLIENT,
    kind: "docker",
    host: HOST,
    env: { HOME: box.root },
    mark: makeWord("mark"),
  });
  const fact = await pullImage(calls, {
    image,
    signal: new AbortController().signal,
    pausesMs,
    onRetry: (words) => retries.push(words),
  });
  return { fact, retries };
}

containerTest("a registry in trouble is asked again", async () => {
  await using registry = await openRegistry({ trouble: { status: 503, times: 2 } });
  const { fact, retries } = await pull(registry.image);
  equal(fact, undefined);
  ok(retries.length >= 1 && retries.every((it) => /503/.test(it)), retries.join());
});

containerTest("a registry that stays in trouble is given up", async () => {
  await using registry = await openRegistry({ trouble: { status: 503, times: 1000 } });
  const { fact, retries } = await pull(registry.image);
  match(fact!, /503.*\(5 tries\)$/);
  equal(retries.length, 4);
});

containerTest("a registry that nobody is at is asked again, and given up", async () => {
  const address = await openRegistry().then(async (it) => {
    await it[Symbol.asyncDispose]();
    return it.image;
  });
  const { fact, retries } = await pull(address, [1]);
  match(fact!, /connection refused.*\(2 tries\)$/);
  equal(retries.length, 1);
});

containerTest("a registry that says no is not asked again", async () => {
  await using registry = await openRegistry();
  const { fact, retries } = await pull(`${registry.image}2`);
  match(fact!, /not found|manifest unknown/);
  deepEqual(retries, []);
});

containerTest("an image is taken by its digest, and another digest is not", async () => {
  await using box = await makeBox();
  await using registry = await openRegistry();
  equal((await pull(registry.image)).fact, undefined);
  const [digest] = JSON.parse(
    docker("image", "inspect", "--format={{json .RepoDigests}}", registry.image).stdout,
  );
  docker("rmi", "--force", registry.image);
  const way = WAYS[0];
  const ran = await runTask(box, way, { image: digest, script: "echo ran" });
  equal(ran.stdout, "ran");
  docker("rmi", "--force", digest);
  const other = digest.replace(/.$/, (it: string) => it === "0" ? "1" : "0");
  const wrong = await runTask(box, way, { image: other, script: "echo ran" });
  ok(wrong.ending.kind === "not-started", JSON.stringify(wrong.ending));
  match(wrong.ending.reason, /cannot be pulled/);
});
