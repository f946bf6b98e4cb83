import { deepEqual, equal, match, notEqual } from "node:assert/strict";
import { RUNTIME_VERSION } from "../../lib/host/runtime.ts";
import { need } from "../must.ts";
import {
  type BinaryBox,
  type Built,
  call,
  makeBinaryBox,
  needBinary,
  type Said,
  takeBinary,
} from "./binary.ts";

const RUN = ["run", "flow.yaml", "-p", "policy.yaml", "--json"] as const;
const NOBODY = 65534;
const { ignore, reason } = needBinary();
const shared: { built?: Built } = {};

Deno.test.beforeAll(async () => {
  if (!ignore) shared.built = await takeBinary();
});
Deno.test.afterAll(async () => await shared.built?.[Symbol.asyncDispose]());

/** A test of the compiled binary. What only root can set up is ignored for others. */
function test(
  name: string,
  fn: (box: BinaryBox) => Promise<void>,
  lacking: string = "",
): void {
  const why = ignore ? reason : lacking;
  Deno.test({
    name: `binary: ${name}${why === "" ? "" : ` [ignored: ${why}]`}`,
    ignore: why !== "",
    async fn() {
      await using box = await makeBinaryBox(shared.built!);
      await fn(box);
    },
  });
}

const { ignore: cannotMount, reason: whyNoMount } = need("mount");
const lacksRoot = Deno.uid() === 0 ? "" : "not root";
const lacksMount = lacksRoot || (cannotMount ? whyNoMount : "");

/** That all three tasks ran: the last one says what the one before it computed. */
function succeeded({ code, stdout, stderr }: Said): void {
  equal(code, 0, stderr);
  const events = stdout.trim().split("\n").map((it) => JSON.parse(it));
  equal(events.at(-1).state, "SUCCESS");
  const outputs = events.filter((it) => it.type === "task.output");
  match(JSON.stringify(outputs.at(-1)), /\b42\b/);
}

/**
 * Runs a shell script as root in namespaces of its own, then the binary by `exec "$@"`.
 * Everything that is mounted there is gone with it.
 */
function inside(script: string, argv: readonly string[]): [string, ...string[]] {
  const args = ["--mount", "--propagation", "private", "sh", "-euc", `${script}\nexec "$@"`, "sh"];
  return ["/usr/bin/unshare", ...args, ...argv];
}

const FRESH_TMP = "mount -t tmpfs -o mode=1777,size=400m tmpfs /tmp";
// The shell has set some variables of its own by then.
const NO_ENV = ["/usr/bin/env", "-i"];
const AS_NOBODY = ["/usr/bin/setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"];

test("runs a flow with an empty environment", async (box) => {
  succeeded(await call(inside(FRESH_TMP, [...NO_ENV, box.binary, ...RUN]), box.root));
}, lacksMount);

test("runs a flow as a user without rights, who has no home", async (box) => {
  succeeded(await call(inside(FRESH_TMP, [...AS_NOBODY, ...NO_ENV, box.binary, ...RUN]), box.root));
}, lacksMount);

test("runs a flow without a network", async (box) => {
  const script = `${FRESH_TMP}
test "$(tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' ')" = lo`;
  const [unshare, ...rest] = inside(script, [box.binary, ...RUN]);
  succeeded(await call([unshare, "--net", ...rest], box.root));
}, lacksMount);

// What is below is mounted on its own, and has to be made read-only on its own.
const READ_ONLY = `mount -t tmpfs -o mode=0700,uid=${NOBODY},gid=${NOBODY},size=400m tmpfs w
cut -d' ' -f5 /proc/self/mountinfo | grep -v -e '^/proc' -e '^/sys' -e '^/dev' -e "^$PWD/w$" |
while read -r it; do mount -o remount,bind,ro "$it"; done
for it in / /tmp /var/tmp "$HOME" .; do
  if touch "$it/probe" 2>/dev/null; then echo "$it can be written" >&2; exit 9; fi
done
touch w/probe`;

test(
  "runs a flow where one directory can be written and nothing else, home included",
  async (box) => {
    await Deno.mkdir(`${box.root}/w`);
    await Deno.mkdir(`${box.root}/home`);
    const env = { HOME: `${box.root}/home`, PATH: "/usr/bin:/bin" };
    const argv = [...AS_NOBODY, box.binary, ...RUN];
    const roomy = ["--workspace", `${box.root}/w/work`];
    succeeded(
      await call(inside(READ_ONLY, [...argv, ...roomy]), box.root, {
        ...env,
        BULKHEAD_CACHE: `${box.root}/w/cache`,
      }),
    );
    // And the home alone: refused by name, with the way out.
    const { code, stderr } = await call(inside(READ_ONLY, [...argv, ...roomy]), box.root, env);
    equal(code, 125, stderr);
    match(stderr, /error\[host\/cache-unwritable\]: .*home\/\.cache.*\n {2}help: .*BULKHEAD_CACHE/);
  },
  lacksMount,
);

test("unpacks what it carries once, for its user alone", async (box) => {
  const env = { BULKHEAD_CACHE: `${box.root}/cache` };
  equal((await call([box.binary, "--version"], box.root, env)).code, 0);
  equal(await exists(env.BULKHEAD_CACHE), false, "not before it is needed");
  succeeded(await call([box.binary, ...RUN], box.root, env));
  const directory = await unpacked(env.BULKHEAD_CACHE);
  for (const it of [env.BULKHEAD_CACHE, directory]) {
    equal((await Deno.stat(it)).mode! & 0o777, 0o700, it);
  }
  const { ino } = await Deno.stat(`${directory}/deno`);
  succeeded(await call([box.binary, ...RUN], box.root, env));
  equal((await Deno.stat(`${directory}/deno`)).ino, ino);
  const { payload } = JSON.parse((await call([box.binary, "-V", "--json"], box.root)).stdout);
  equal(directory, `${env.BULKHEAD_CACHE}/${payload}`, "it is named for what --version says");
});

test("ten at once unpack once, and all of them run", async (box) => {
  const env = { BULKHEAD_CACHE: `${box.root}/cache` };
  const all = await Promise.all(
    Array.from({ length: 10 }, () => call([box.binary, ...RUN], box.root, env)),
  );
  all.forEach(succeeded);
  await unpacked(env.BULKHEAD_CACHE);
});

test("mends a file of its cache that was changed", async (box) => {
  const env = { BULKHEAD_CACHE: `${box.root}/cache` };
  succeeded(await call([box.binary, ...RUN], box.root, env));
  const file = `${await unpacked(env.BULKHEAD_CACHE)}/eval.txt`;
  const original = await Deno.readTextFile(file);
  await Deno.chmod(file, 0o600);
  await Deno.writeTextFile(file, original.replace(/.$/s, "!"));
  await Deno.chmod(file, 0o400);
  notEqual(await Deno.readTextFile(file), original);
  succeeded(await call([box.binary, ...RUN], box.root, env));
  equal(await Deno.readTextFile(file), original);
});

for (
  const { name, spoil, lacking } of [
    {
      name: "others may write its cache",
      spoil: (cache: string) => Deno.chmod(cache, 0o777),
      lacking: "",
    },
    {
      name: "the group may write the runtime",
      spoil: async (cache: string) => await Deno.chmod(`${await unpacked(cache)}/deno`, 0o570),
      lacking: "",
    },
    {
      name: "another user owns the cache",
      spoil: (cache: string) => Deno.chown(cache, NOBODY, NOBODY),
      lacking: lacksRoot,
    },
    {
      name: "another user owns the runtime",
      spoil: async (cache: string) =>
        await Deno.chown(`${await unpacked(cache)}/deno`, NOBODY, null),
      lacking: lacksRoot,
    },
  ]
) {
  test(`runs nothing where ${name}`, async (box) => {
    const env = { BULKHEAD_CACHE: `${box.root}/cache` };
    succeeded(await call([box.binary, ...RUN], box.root, env));
    await spoil(env.BULKHEAD_CACHE);
    const { code, stdout, stderr } = await call([box.binary, ...RUN], box.root, env);
    equal(code, 125, stderr);
    match(stderr, /error\[host\/cache-untrusted\]: .*\n {2}help: /);
    equal(/task\.started/.test(stdout), false, stdout);
  }, lacking);
}

test("takes the runtime that --runtime or BULKHEAD_RUNTIME names, and no other program", async (box) => {
  // A program of another name, so that the plan shows which one it is.
  const own = `${box.root}/own-deno`;
  const plan = ["plan", "flow.yaml", "-p", "policy.yaml", "--json"];
  const env = { BULKHEAD_CACHE: `${box.root}/cache` };
  const argvOf = (text: string) => JSON.parse(text).flows[0].tasks[0].argv[0];
  match(argvOf((await call([box.binary, ...plan], box.root, env)).stdout), /\/cache\/.*\/deno$/);
  await Deno.copyFile(argvOf((await call([box.binary, ...plan], box.root, env)).stdout), own);
  await Deno.chmod(own, 0o755);
  match((await call([own, "--version"], box.root)).stdout, new RegExp(`^deno ${RUNTIME_VERSION} `));
  const named = await Promise.all([
    call([box.binary, ...plan, "--runtime", own], box.root, env),
    call([box.binary, ...plan], box.root, { ...env, BULKHEAD_RUNTIME: own }),
  ]);
  deepEqual(named.map((it) => argvOf(it.stdout)), [own, own]);
  const { code, stderr } = await call(
    [box.binary, ...RUN, "--runtime", "/bin/true"],
    box.root,
    env,
  );
  equal(code, 125, stderr);
  match(stderr, /error\[host\/runtime-version\]: .*"\/bin\/true"/);
});

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

/** The one directory that was unpacked; whatever is half-made beside it is a failure. */
async function unpacked(cache: string): Promise<string> {
  const names = (await Array.fromAsync(Deno.readDir(cache))).map((it) => it.name);
  const payloads = names.filter((it) => /^\.?[0-9a-f]{64}/.test(it));
  equal(payloads.length, 1, names.join(" "));
  match(payloads[0]!, /^[0-9a-f]{64}$/);
  return `${cache}/${payloads[0]}`;
}
