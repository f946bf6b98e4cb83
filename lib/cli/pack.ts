import {
  DEFAULT_EXPIRY,
  loadSigningKey,
  looksLikeBundle,
  MAX_BUNDLE_BYTES,
  openBundle,
  parseExpiry,
  readBounded,
  type SigningKey,
  writeBundle,
} from "../bundle/mod.ts";
import { StageError } from "../model/mod.ts";
import { type CommandIo, defineCommand, UsageError } from "./command.ts";
import { type GatheredFile, gatherFiles } from "./gather_files.ts";
import { ExitCode } from "./exit_code.ts";
import { loadPolicies } from "./load_policies.ts";
import { overlay } from "./overlay.ts";
import { prepare } from "./prepare.ts";
import { readFlows } from "./read_flows.ts";
import { PACK } from "./tables/pack.ts";
import { writeResult } from "./write_result.ts";

/** `pack`: policies, flows and plugins into one signed file. */
export const pack = defineCommand(PACK, async ({ positionals, values }, io) => {
  const { policy, flows, plugins, key: keyFile, output } = values;
  if (positionals.length > 0) {
    throw new UsageError(`Cannot pack "${positionals[0]}": is it a policy, or one of --flows?`);
  }
  if (policy.length === 0) throw new UsageError("Cannot pack: no policy given");
  if (flows.length === 0) throw new UsageError("Cannot pack: no flows given");
  if (keyFile === undefined) {
    throw new UsageError("Cannot pack: no key given to sign with; bulkhead keygen makes one");
  }
  if (output === undefined) throw new UsageError("Cannot pack: no output file given");
  if ([...policy, ...flows].includes("-")) {
    throw new UsageError("Cannot pack standard input: a file of a bundle has a name");
  }
  const now = new Date();
  const createdAt = creationTime(io.env.SOURCE_DATE_EPOCH) ?? now;
  const expiresAt = expiryOf(values.expires ?? DEFAULT_EXPIRY, createdAt, now);
  const sequence = sequenceOf(values.sequence) ?? Math.floor(createdAt.getTime() / 1000);
  await refuseOther(output);
  const key = await loadSigningKey(keyFile);
  const files = await gatherFiles({ policy, flow: flows, plugin: plugins });
  await tryLoading(io, files);
  await tryPlugins(io, plugins);
  const bytes = await packed({ files, createdAt, expiresAt, sequence }, key, output);
  await writeResult(output, bytes, 0o644);
  const count = (role: GatheredFile["role"]) => files.filter((it) => it.role === role).length;
  io.out(
    `${output}: sequence ${sequence}, expires ${expiresAt.toISOString()}, key ${key.id}\n` +
      `  policies ${count("policy")}, flows ${count("flow")}, files of plugins ${
        count("plugin")
      }, ` +
      `bytes ${bytes.length}\n`,
  );
  return ExitCode.ok;
});

/** What cannot be read here would be refused by every node. */
async function tryLoading(io: CommandIo, files: readonly GatheredFile[]): Promise<void> {
  const view = overlay(io, new Map(files.map((it) => [it.from, it.content])));
  const from = (role: GatheredFile["role"]) =>
    files.filter((it) => it.role === role).map((it) => it.from);
  const policy = await loadPolicies(view, from("policy"));
  await readFlows(view, from("flow"), policy);
}

/** Under which modules are asked for their class; no task runs. */
const PLUGIN_POLICY = { name: "built-in policy of pack", text: "bulkhead: {filesystem: closed}\n" };

/** Reads what plugins import, and asks each for its class, in a child that may do nothing else. */
async function tryPlugins(io: CommandIo, plugins: readonly string[]): Promise<void> {
  if (plugins.length === 0) return;
  const { name, text } = PLUGIN_POLICY;
  const view = overlay(io, new Map([[name, new TextEncoder().encode(text)]]));
  await prepare(view, { flows: [], policies: [name], plugins });
}

/** A bundle that was opened once, as a node will. */
async function packed(
  what: Parameters<typeof writeBundle>[0],
  key: SigningKey,
  output: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await writeBundle(what, key);
  await openBundle(bytes, output, [key.publicKey]);
  return bytes;
}

/** Only a bundle is written over: `-o` and a slip of the hand would cost a flow. */
async function refuseOther(output: string): Promise<void> {
  const info = await Deno.lstat(output).catch(() => undefined);
  if (info === undefined) return;
  const isBundle = info.isFile &&
    looksLikeBundle((await readBounded(output, "bundle", MAX_BUNDLE_BYTES)).bytes);
  if (isBundle) return;
  throw new StageError([{
    code: "bundle/not-overwritten",
    severity: "error",
    message: `Cannot write the bundle "${output}": something else is there, and only a bundle is ` +
      "written over",
    help: "Choose another name, or remove it",
  }], "usage");
}

/** The variable by which builds are repeated: seconds since 1970. */
function creationTime(epoch: string | undefined): Date | undefined {
  if (epoch === undefined || epoch === "") return undefined;
  if (/^\d{1,11}$/.test(epoch)) return new Date(Number(epoch) * 1000);
  throw new UsageError(`Cannot use SOURCE_DATE_EPOCH "${epoch}": expected seconds since 1970`);
}

function expiryOf(text: string, createdAt: Date, now: Date): Date {
  const time = parseExpiry(text, createdAt);
  if (time === undefined) {
    throw new UsageError(
      `Cannot let a bundle expire "${text}": expected a duration (P30D), a date or a time in UTC`,
    );
  }
  if (time > now && time > createdAt) return time;
  throw new UsageError(
    `Cannot let a bundle expire "${text}": that was at ${time.toISOString()}`,
  );
}

function sequenceOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(number)) return number;
  throw new UsageError(`Cannot use sequence "${text}": expected a whole number below 2^53`);
}
