/**
 * `deno run -A .ci/valids.ts DIR [FILE]`: runs the flows of Kestra's own tests, in `DIR/valids`, and holds
 * each against the state that Kestra's tests expect of it, where the flow makes that evident.
 *
 * A flow that cannot run here is planned, and listed with the reason. One line a run, then the table of
 * all flows, then `N passed, M failed`; exits with 1 unless nothing failed. A flow that nobody thought of
 * fails, and so does one that is gone.
 *
 * @module
 */
import { type Case, VALIDS } from "./valids/cases.ts";
import { faultsOf, runCase } from "./valids/run_case.ts";

const POLICY = `bulkhead:
  filesystem: closed
  network: {allow: []}
`;

/** One flow of the table. */
interface Row {
  readonly file: string;
  readonly expected: string;
  readonly came: string;
}

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}

async function attempt(file: string, it: Case, flows: string): Promise<readonly string[]> {
  const scratch = await Deno.makeTempDir({ prefix: "bulkhead_valids_" });
  try {
    const policy = `${scratch}/policy.yaml`;
    await Deno.writeTextFile(policy, POLICY);
    return faultsOf(await runCase(file, it, { flows, scratch, policy }), it);
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
}

const [root, only] = Deno.args;
if (root === undefined) {
  say("Usage: deno run -A .ci/valids.ts DIR [FILE]");
  Deno.exit(2);
}
const flows = await Deno.realPath(`${root}/valids`);
const here = (await Array.fromAsync(Deno.readDir(flows))).map((it) => it.name);
const rows: Row[] = [];
let [passed, failed] = [0, 0];
for (const file of [...new Set([...here, ...Object.keys(VALIDS)])].toSorted()) {
  if (only !== undefined && file !== only) continue;
  const known = Object.hasOwn(VALIDS, file) ? VALIDS[file] : undefined;
  if (known === undefined) {
    failed++;
    say(`FAILED ${file}\n  nothing is known of this flow`);
    continue;
  }
  if (typeof known === "string") {
    rows.push({ file, expected: "not run", came: known });
    continue;
  }
  for (const it of known) {
    const faults = await attempt(file, it, flows);
    const name = it.name === undefined ? file : `${file}, ${it.name}`;
    rows.push({ file: name, expected: it.state, came: faults.length === 0 ? it.state : "FAULT" });
    say(`${faults.length === 0 ? "ok" : "FAILED"} ${name}`);
    for (const fault of faults) say(`  ${fault}`);
    if (faults.length === 0) passed++;
    else failed++;
  }
}
const width = Math.max(...rows.map((it) => it.file.length));
say("");
for (const it of rows) say(`${it.file.padEnd(width)}  ${it.expected.padEnd(9)}  ${it.came}`);
say(`${passed} passed, ${failed} failed`);
Deno.exit(failed === 0 ? 0 : 1);
