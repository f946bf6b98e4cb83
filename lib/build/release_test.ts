import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { StageError } from "../model/mod.ts";
import { makeRelease, type ReleaseJob } from "./release.ts";
import { TARGETS } from "./targets.ts";

const DATED = "## 1.0.0 (2026-11-30)\n\n- The first.\n";

/** A checkout with a version to release, and a builder that writes a few bytes. */
async function makeBox(changelog = DATED) {
  const root = await Deno.realPath(await Deno.makeTempDir({ prefix: "release_" }));
  const git = async (...args: string[]) => {
    const { success, stderr } = await new Deno.Command("git", {
      args: ["-c", "user.name=a", "-c", "user.email=a@b.c", ...args],
      cwd: root,
      env: { GIT_COMMITTER_DATE: "2026-11-30T10:00:00Z", GIT_CONFIG_GLOBAL: "/dev/null" },
    }).output();
    ok(success, new TextDecoder().decode(stderr));
  };
  await Deno.writeTextFile(`${root}/deno.json`, '{"version":"1.0.0","license":"MIT"}');
  await Deno.writeTextFile(`${root}/CHANGELOG.md`, changelog);
  await Deno.writeTextFile(`${root}/.gitignore`, "dist/\n");
  await git("init", "--quiet");
  await git("add", ".");
  await git("commit", "--quiet", "-m", "First");
  const warnings: string[] = [];
  const job: ReleaseJob = {
    targets: [TARGETS[0]!],
    dryRun: false,
    project: new URL(`file://${root}/`),
    env: {},
    build: async (path, _project, target) => {
      await Deno.writeTextFile(path, `binary for ${target!.short}`, { mode: 0o755 });
      const part = { bytes: 1, sha256: "e".repeat(64) };
      return [{ ...part, name: "base runtime" }, { ...part, name: path }];
    },
    inventory: () => Promise.resolve([]),
    warn: (text) => void warnings.push(text),
  };
  return {
    root,
    job,
    warnings,
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
}

async function listNames(directory: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(directory), (it) => it.name)).toSorted();
}

Deno.test("a release has binaries, their bills, notes, and sums that sha256sum accepts", async () => {
  await using box = await makeBox();
  await makeRelease({ ...box.job, targets: TARGETS });
  const out = `${box.root}/dist/release`;
  deepEqual(await listNames(out), [
    "SHA256SUMS",
    "bulkhead-1.0.0-linux-arm64",
    "bulkhead-1.0.0-linux-arm64.cdx.json",
    "bulkhead-1.0.0-linux-x64",
    "bulkhead-1.0.0-linux-x64.cdx.json",
    "release-notes.md",
  ]);
  equal(await Deno.readTextFile(`${out}/release-notes.md`), "- The first.\n");
  const check = async () => {
    const args = ["--check", "--strict", "SHA256SUMS"];
    return (await new Deno.Command("sha256sum", { args, cwd: out }).output()).code;
  };
  equal(await check(), 0);
  const bom = JSON.parse(await Deno.readTextFile(`${out}/bulkhead-1.0.0-linux-x64.cdx.json`));
  equal(bom.metadata.timestamp, "2026-11-30T10:00:00.000Z", "the commit's time");
  await Deno.writeTextFile(`${out}/bulkhead-1.0.0-linux-x64`, "another");
  equal(await check(), 1);
});

Deno.test("the same commit gives the same files, and replaces those of the last one", async () => {
  await using box = await makeBox();
  const first = await makeRelease(box.job);
  await Deno.writeTextFile(`${box.root}/dist/release/left-over`, "");
  equal(await makeRelease(box.job), first);
  deepEqual(await listNames(`${box.root}/dist`), ["release"]);
  equal((await listNames(`${box.root}/dist/release`)).includes("left-over"), false);
});

Deno.test("SOURCE_DATE_EPOCH is the time of a release", async () => {
  await using box = await makeBox();
  await makeRelease({ ...box.job, env: { SOURCE_DATE_EPOCH: "86400" } });
  const bom = await Deno.readTextFile(`${box.root}/dist/release/bulkhead-1.0.0-linux-x64.cdx.json`);
  equal(JSON.parse(bom).metadata.timestamp, "1970-01-02T00:00:00.000Z");
  await rejects(
    makeRelease({ ...box.job, env: { SOURCE_DATE_EPOCH: "tomorrow" } }),
    /Cannot use SOURCE_DATE_EPOCH "tomorrow"/,
  );
});

/** What is no release, unless it is a dry run. */
Deno.test.each([
  {
    name: "changes that are not committed",
    changelog: DATED,
    spoil: (root: string) => Deno.writeTextFile(`${root}/new.ts`, ""),
    code: "build/dirty",
  },
  {
    name: "a version without a date",
    changelog: "## 1.0.0 (unreleased)\n\n- The first.\n",
    spoil: () => Promise.resolve(),
    code: "build/unreleased",
  },
])("a release is refused with $name, a dry run says so", async ({ changelog, spoil, code }) => {
  await using box = await makeBox(changelog);
  await spoil(box.root);
  await rejects(makeRelease(box.job), (error) => {
    ok(error instanceof StageError);
    return error.diagnostics[0]!.code === code;
  });
  await rejects(Deno.stat(`${box.root}/dist/release`), Deno.errors.NotFound);
  await makeRelease({ ...box.job, dryRun: true });
  ok((await Deno.stat(`${box.root}/dist/release/SHA256SUMS`)).isFile);
  equal(box.warnings.length, 1);
  match(box.warnings[0]!, /^not a release: /);
});

Deno.test.each([
  { name: "the changelog begins with another version", text: "## 1.1.0\n\na\n" },
  { name: "the changelog has no section", text: "# Changes\n" },
])("a dry run too is refused where $name", async ({ text }) => {
  await using box = await makeBox(text);
  await rejects(makeRelease({ ...box.job, dryRun: true }), (error) => {
    ok(error instanceof StageError);
    return error.diagnostics[0]!.code === "build/changelog";
  });
});

Deno.test("a release whose build fails leaves the last one as it was", async () => {
  await using box = await makeBox();
  const sums = await makeRelease(box.job);
  const failing = () => Promise.reject(new TypeError("no"));
  await rejects(makeRelease({ ...box.job, build: failing }), TypeError);
  equal(await Deno.readTextFile(`${box.root}/dist/release/SHA256SUMS`), sums);
  deepEqual(await listNames(`${box.root}/dist`), ["release"]);
});

Deno.test("sources that are no checkout are not released", async () => {
  await using box = await makeBox();
  await Deno.remove(`${box.root}/.git`, { recursive: true });
  await rejects(makeRelease(box.job), /Cannot tell the commit of the sources: .*git repository/);
});
