import { deepEqual, equal, match, ok } from "node:assert/strict";
import { bulkhead, makeFiles } from "./cli/bulkhead.ts";
import { testWith } from "./must.ts";

const UNITS = new URL("../examples/systemd/", import.meta.url);
const [SERVICE, TIMER] = ["bulkhead@.service", "bulkhead@.timer"];

/** The units as they are, but for the program: it need not be installed here. */
async function unitFiles() {
  const texts = await Promise.all(
    [SERVICE!, TIMER!].map(async (it) =>
      [
        it,
        (await Deno.readTextFile(new URL(it, UNITS))).replaceAll(
          "/usr/local/bin/bulkhead",
          "/bin/true",
        ),
      ] as const
    ),
  );
  return Object.fromEntries(texts);
}

async function analyze(...args: string[]) {
  const { code, stdout, stderr } = await new Deno.Command("systemd-analyze", {
    args: [...args, "--no-pager"],
    env: { LC_ALL: "C" },
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

testWith("systemd", "the example's units are what systemd takes", async () => {
  const units = await unitFiles();
  await using files = await makeFiles(units);
  const verify = () =>
    analyze(
      "verify",
      "--man=no",
      `${files.path}/bulkhead@a.service`,
      `${files.path}/bulkhead@a.timer`,
    );
  const said = (text: string) => text.split("\n").filter((it) => it.includes("bulkhead@"));
  const { code, stderr } = await verify();
  equal(code, 0, stderr);
  deepEqual(said(stderr), []);
  // The control: it does say what is wrong.
  await Deno.writeTextFile(
    `${files.path}/${SERVICE}`,
    units[SERVICE!]!.replace("ProtectSystem=", "ProtectSytem="),
  );
  match(said((await verify()).stderr).join("\n"), /ProtectSytem/);
});

testWith("systemd", "the example's service is exposed as little as a flow allows", async () => {
  const units = await unitFiles();
  await using files = await makeFiles(units);
  const path = `${files.path}/${SERVICE}`;
  // The threshold counts in tenths.
  const score = () => analyze("security", "--offline=true", "--threshold=20", path);
  const { code, stdout } = await score();
  equal(code, 0, stdout.slice(-200));
  // The control: without its hardening the same service is above.
  await Deno.writeTextFile(
    path,
    units[SERVICE!]!.replace(/^(CapabilityBoundingSet|ProtectSystem|SystemCallFilter)=.*\n/gm, ""),
  );
  ok((await score()).code !== 0);
});

Deno.test("the example's service calls bulkhead with options that it has", async () => {
  await using files = await makeFiles({});
  const text = await Deno.readTextFile(new URL(SERVICE!, UNITS));
  const calls = [...text.matchAll(/^ExecStart(?:Pre)?=\S*\/bulkhead (.*)$/gm)].map(([, it]) =>
    it!.replaceAll("%i", "none").replace(/ %t\S*/, " .").replaceAll("/etc/bulkhead", ".").split(" ")
  );
  equal(calls.length, 2);
  for (const argv of calls) {
    const { code, stderr, stdout } = await bulkhead(argv, { cwd: files.path });
    // The files are not there: all that is wrong is that they cannot be read.
    equal(code, 3, stderr + stdout);
  }
});
