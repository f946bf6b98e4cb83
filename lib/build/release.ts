import { parseArgs } from "node:util";
import { PROJECT } from "../host/bundle_child.ts";
import type { DigestedPart } from "../host/payload.ts";
import { sha256 } from "../source/sha256.ts";
import { buildFailure, complain } from "./build_failure.ts";
import { changelogSection } from "./changelog.ts";
import { buildBinary } from "./compile.ts";
import { gitState } from "./git_state.ts";
import { npmInventory } from "./npm_inventory.ts";
import { renderSbom } from "./sbom.ts";
import { hostTarget, type Target, targetNamed } from "./targets.ts";

/** What to release, and what is done with it. */
export interface ReleaseJob {
  readonly targets: readonly Target[];
  /** Tells of what would stop a release, and goes on. */
  readonly dryRun: boolean;
  /** Root of the sources; the files come into `dist/release/` there. */
  readonly project: URL;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly build: typeof buildBinary;
  readonly inventory: typeof npmInventory;
  /** What a person should know. */
  readonly warn: (text: string) => void;
}

/**
 * Makes all files of a release: binaries, a bill of materials for each, the section of the
 * changelog, and `SHA256SUMS` of them all. The last release there is replaced in one step, at
 * the end. Nothing is published.
 *
 * The same commit gives the same bytes. `SOURCE_DATE_EPOCH` stands for the commit's time.
 *
 * @returns The lines of `SHA256SUMS`.
 * @throws {StageError} If the changelog does not fit, or a binary cannot be built; without
 * `dryRun` also if there are changes that are not committed, or the version has no date yet.
 */
export async function makeRelease(job: ReleaseJob): Promise<string> {
  const { project, targets } = job;
  const manifest = JSON.parse(await Deno.readTextFile(new URL("deno.json", project))) as {
    version: string;
    license: string;
  };
  const { version, license } = manifest;
  const changelog = await Deno.readTextFile(new URL("CHANGELOG.md", project));
  const { text: notes, date } = changelogSection(changelog, version);
  const { commit, time: committed, dirty } = await gitState(project);
  if (dirty) {
    stop(
      job,
      "dirty",
      "there are changes that are not committed",
      "Commit them, or set them aside",
    );
  }
  if (date === undefined) {
    stop(job, "unreleased", `CHANGELOG.md says that ${version} is unreleased`, "Write its date");
  }
  const time = timeOf(job.env.SOURCE_DATE_EPOCH, committed);
  const packages = await job.inventory(project);
  const baseVersion = await compilerVersion(job.env);

  const dist = new URL("dist/", project).pathname;
  await Deno.mkdir(dist, { recursive: true });
  const fresh = await Deno.makeTempDir({ dir: dist, prefix: ".release-" });
  try {
    for (const target of targets) {
      const name = `bulkhead-${version}-${target.short}`;
      const parts = await job.build(`${fresh}/${name}`, project, target);
      if (target.triple !== Deno.build.target) {
        job.warn(`${name} was not started: it is not for this machine`);
      }
      const binary = { ...parts.at(-1)!, name };
      const base = baseOf(parts);
      const bill = { version, license, commit, time, target, binary, base, baseVersion, packages };
      await Deno.writeTextFile(`${fresh}/${name}.cdx.json`, await renderSbom(bill));
    }
    await Deno.writeTextFile(`${fresh}/release-notes.md`, notes);
    const sums = await sumsOf(fresh);
    await Deno.writeTextFile(`${fresh}/SHA256SUMS`, sums);
    await Deno.chmod(fresh, 0o755);
    await replace(`${dist}release`, fresh);
    return sums;
  } finally {
    await Deno.remove(fresh, { recursive: true }).catch(() => {});
  }
}

function stop({ dryRun, warn }: ReleaseJob, code: string, fact: string, help: string): void {
  if (!dryRun) throw buildFailure(code, `Cannot release: ${fact}`, help);
  warn(`not a release: ${fact}`);
}

/** @param seconds Since 1970, of https://reproducible-builds.org/specs/source-date-epoch/. */
function timeOf(seconds: string | undefined, committed: Date): Date {
  if (seconds === undefined || seconds === "") return committed;
  const time = new Date(/^\d{1,12}$/.test(seconds) ? Number(seconds) * 1000 : NaN);
  if (!Number.isNaN(time.getTime())) return time;
  throw buildFailure(
    "source-date",
    `Cannot use SOURCE_DATE_EPOCH ${JSON.stringify(seconds)}: not a number of seconds`,
    "Write the seconds since 1970, or leave it out for the commit's own time",
  );
}

/** The version of the Deno that `compile` is called with; its base runtime has the same. */
async function compilerVersion(env: ReleaseJob["env"]): Promise<string> {
  const program = env.BULKHEAD_COMPILE_DENO || Deno.execPath();
  const { stdout } = await new Deno.Command(program, { args: ["--version"], stdin: "null" })
    .output();
  const version = /^deno (\S+)/.exec(new TextDecoder().decode(stdout))?.[1];
  if (version !== undefined) return version;
  throw buildFailure(
    "compiler",
    `Cannot use BULKHEAD_COMPILE_DENO "${program}": it does not say it is Deno`,
    "Name the program of Deno itself",
  );
}

function baseOf(parts: readonly DigestedPart[]): DigestedPart {
  const base = parts.find((it) => it.name.startsWith("base runtime"));
  if (base === undefined) throw new TypeError("Cannot describe the binary: no base runtime in it");
  return base;
}

/** As `sha256sum --check` reads it. */
async function sumsOf(directory: string): Promise<string> {
  const names = (await Array.fromAsync(Deno.readDir(directory))).map((it) => it.name).toSorted();
  let lines = "";
  for (const name of names) {
    lines += `${await sha256(await Deno.readFile(`${directory}/${name}`))}  ${name}\n`;
  }
  return lines;
}

async function replace(target: string, fresh: string): Promise<void> {
  const aside = `${fresh}.last`;
  await Deno.rename(target, aside).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  await Deno.rename(fresh, target);
  await Deno.remove(aside, { recursive: true }).catch(() => {});
}

if (import.meta.main) {
  const encoder = new TextEncoder();
  try {
    const { values } = parseArgs({
      options: {
        "dry-run": { type: "boolean", default: false },
        target: { type: "string", multiple: true },
      },
    });
    const sums = await makeRelease({
      targets: values.target?.map(targetNamed) ?? [hostTarget()],
      dryRun: values["dry-run"],
      project: PROJECT,
      env: Deno.env.toObject(),
      build: buildBinary,
      inventory: npmInventory,
      warn: (text) => void Deno.stderr.writeSync(encoder.encode(`warning: ${text}\n`)),
    });
    await Deno.stdout.write(encoder.encode(sums));
    await Deno.stderr.write(encoder.encode(
      "Nothing was published: dist/release/ is to be uploaded by hand, with the tag\n",
    ));
  } catch (error) {
    await complain(error);
  }
}
