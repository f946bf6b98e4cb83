import { deepEqual, equal, ok } from "node:assert/strict";
import { need } from "../must.ts";
import { confined, unconfined } from "./attack.ts";
import { makeBox, makeWord, placeOf } from "./box.ts";
import { finished, runHarness } from "./harness.ts";
import { makeMounts } from "./mounts.ts";

const SECRET = makeWord("secret");
const GRANTED = makeWord("granted");
const MOUNT = need("mount");

/** A tree to write with a link into a closed one, and the policy that says so. */
async function makeFind(filesystem: string, name: string) {
  const box = await makeBox();
  const secret = await box.write("in/closed/secret.txt", SECRET);
  const granted = await box.write("in/granted/secret.txt", GRANTED);
  await Deno.mkdir(`${box.root}/in/${name}`);
  const text = `kestra:
  ee:
    java-security:
      enabled: true
      forbidden-paths: [${box.root}/in/closed]
bulkhead:
  filesystem: ${filesystem}
  kernel: off # which would close the links by itself, also where they lead to what is open
  writable: [${box.root}/in/out]
`;
  const policy = await box.write("policy.yaml", text);
  const flow = await box.write(
    "flow.yaml",
    JSON.stringify({
      id: "links",
      namespace: "boundary",
      tasks: [{ id: "log", type: "io.kestra.plugin.core.log.Log", message: "runs" }],
    }),
  );
  const place = (needle: string) => {
    const { line, column } = placeOf(text, needle);
    return `${policy}:${line}:${column}`;
  };
  return {
    box,
    secret,
    granted,
    closedAt: place(`${box.root}/in/closed`),
    openedAt: place(`${box.root}/in/out`),
    run: (...args: string[]) =>
      runHarness(["run", flow, "--json", "-p", policy, "--workspace", `${box.root}/ws`, ...args]),
    [Symbol.asyncDispose]: () => box[Symbol.asyncDispose](),
  };
}

Deno.test("boundary: a link into a closed tree is told with both places, and stops nothing", async () => {
  await using find = await makeFind("closed", "out");
  await Deno.symlink(find.granted, `${find.box.root}/in/out/harmless`);
  const before = await find.run();
  equal(finished(before, "log").state, "SUCCESS");
  ok(!before.stderr.includes("plan/alias"), before.stderr);

  await Deno.symlink(find.secret, `${find.box.root}/in/out/link`);
  const { stderr, code } = await find.run();
  equal(code, 0, stderr);
  ok(stderr.includes(`warning[plan/alias]: Cannot open "${find.box.root}/in/out/link"`), stderr);
  ok(stderr.includes(`leads to "${find.secret}"`), stderr);
  ok(stderr.includes(find.closedAt) && stderr.includes(find.openedAt), stderr);
  ok(!stderr.includes("harmless"), stderr);
});

Deno.test("boundary: known hole: a link in a writable tree to what is not closed is written through", async () => {
  await using find = await makeFind("closed", "out");
  const { root } = find.box;
  await Deno.symlink(find.granted, `${root}/in/out/way`);
  const code = `Deno.writeTextFileSync(target, "changed");`;
  const attempts = Object.entries({ hole: `${root}/in/out/way`, direct: find.granted })
    .map(([id, target]) => ({ id, code, given: { target } }));
  const args = ["-p", `${root}/policy.yaml`, "--workspace", `${root}/ws`];
  const said = await confined(attempts, `${root}/flow.yaml`, args);
  equal(finished(said, "direct").state, "WARNING");
  equal(finished(said, "hole").state, "SUCCESS");
  equal(await Deno.readTextFile(find.granted), "changed");
});

Deno.test("boundary: a hard link that was not found is told of, where it may be read", async () => {
  await using find = await makeFind("open", "out");
  ok(!(await find.run()).stderr.includes("plan/hard-links"));
  await Deno.mkdir(`${find.box.root}/in/elsewhere`);
  await Deno.link(find.secret, `${find.box.root}/in/elsewhere/hard`);
  const { stderr } = await find.run();
  ok(stderr.includes("warning[plan/hard-links]") && stderr.includes(find.closedAt), stderr);
});

Deno.test("boundary: a plugin directory with a link into a closed tree runs nothing", async () => {
  await using find = await makeFind("open", "out");
  const { root } = find.box;
  const type = "com.example.Word";
  await find.box.write(
    "in/plugins/word.ts",
    `const word = Deno.readTextFileSync("${root}/in/plugins/link");
export default { type: "${type}", run: () => ({ word }) };`,
  );
  await find.box.write(
    "flow.yaml",
    JSON.stringify({ id: "word", namespace: "boundary", tasks: [{ id: "word", type }] }),
  );
  await Deno.symlink(find.granted, `${root}/in/plugins/link`);
  const control = await find.run("--plugins", `${root}/in/plugins`);
  equal(finished(control, "word").outputs.word, GRANTED);
  await Deno.remove(`${root}/in/plugins/link`);
  await Deno.symlink(find.secret, `${root}/in/plugins/link`);
  equal(await Deno.readTextFile(`${root}/in/plugins/link`), SECRET);
  const { stderr, stdout, code } = await find.run("--plugins", `${root}/in/plugins`);
  equal(code, 4, stderr);
  ok(stderr.includes("error[host/plugin-alias]"), stderr);
  ok(!`${stdout}${stderr}`.includes(SECRET));
});

/** What stands where workspaces are to be made. */
Deno.test.each([
  { name: "nothing", code: 0 },
  { name: "a private directory", mode: 0o700, code: 0 },
  { name: "a directory that others may write", mode: 0o777, code: 125 },
  { name: "a link to a private directory", mode: 0o700, link: true, code: 125 },
])("boundary: workspaces are made where there is $name: ends with $code", async (row) => {
  await using find = await makeFind("closed", "out");
  const own = `${find.box.root}/ws/bulkhead-${Deno.uid()}`;
  const directory = row.link ? `${find.box.root}/elsewhere` : own;
  if (row.mode !== undefined) {
    await Deno.mkdir(directory, { recursive: true });
    await Deno.chmod(directory, row.mode);
  }
  if (row.link) {
    await Deno.mkdir(`${find.box.root}/ws`);
    await Deno.symlink(directory, own);
  }
  const { code, stderr, stdout } = await find.run();
  equal(code, row.code, stderr);
  if (row.code === 0) return;
  equal(stdout, "");
  ok(stderr.includes(`error[host/workspace-untrusted]: Cannot use the workspace "${own}"`), stderr);
  deepEqual(await Array.fromAsync(Deno.readDir(directory)), []);
});

Deno.test({
  name: `boundary: a mount of a closed tree is closed wherever it is${
    MOUNT.ignore ? ` [ignored: ${MOUNT.reason}]` : ""
  }`,
  ignore: MOUNT.ignore,
  async fn() {
    await using find = await makeFind("open", "out");
    await using mounts = makeMounts();
    const { root } = find.box;
    await mounts.bind(`${root}/in/closed`, `${root}/far/away`);
    await mounts.bind(`${root}/in/granted`, `${root}/far/twin`);
    const code = "return Deno.readTextFileSync(dir + '/secret.txt');";
    const given = { attack: `${root}/far/away`, control: `${root}/far/twin` };
    const attempts = Object.entries(given).map(([id, dir]) => ({ id, code, given: { dir } }));
    const free = await unconfined(attempts, root);
    equal(free.get("attack")?.result, SECRET);
    const args = ["-p", `${root}/policy.yaml`, "--workspace"];
    const said = await confined(attempts, `${root}/flow.yaml`, [...args, `${root}/ws`]);
    equal(finished(said, "control").outputs.result, GRANTED);
    deepEqual(finished(said, "attack").outputs, {});
    ok(!said.stdout.includes(SECRET));
    ok(said.stderr.includes(find.closedAt), said.stderr);

    // Nor do workspaces come to lie in one.
    const refused = await confined(attempts, `${root}/flow.yaml`, [...args, `${root}/far/away`]);
    equal(refused.code, 125, refused.stderr);
    ok(refused.stderr.includes("error[host/workspace-forbidden]"), refused.stderr);
    const taken = await confined(attempts, `${root}/flow.yaml`, [...args, `${root}/far/twin`]);
    equal(taken.code, 0, taken.stderr);
  },
});
