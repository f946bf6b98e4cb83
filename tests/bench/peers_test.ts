import { deepEqual, equal, match, ok } from "node:assert/strict";
import { makeScripts, runHello } from "./hello.ts";
import { findPeers } from "./peers.ts";

/** A firejail that confines nothing: it tells its version, else runs what follows its two options. */
const FAKE = `#!/bin/sh
if [ "$1" = --version ]; then echo "firejail version 9.8.7"; else shift 2; exec "$@"; fi
`;
const BROKEN = `#!/bin/sh
if [ "$1" = --version ]; then echo "bubblewrap 1.2.3"; else echo "no namespaces" >&2; exit 1; fi
`;

Deno.test("a peer that is not there, or does not work, is left out by name; one that works is not", async () => {
  const directory = await Deno.makeTempDir({ prefix: "peers_" });
  const path = Deno.env.get("PATH") ?? "";
  try {
    await makeScripts(directory);
    await Deno.writeTextFile(`${directory}/firejail`, FAKE, { mode: 0o755 });
    await Deno.writeTextFile(`${directory}/bwrap`, BROKEN, { mode: 0o755 });
    Deno.env.set("PATH", directory);
    const ground = { directory, deno: await Deno.realPath(Deno.execPath()) };
    const { peers, leftOut } = await findPeers(ground, () => true);
    deepEqual(peers.map((it) => it.name), ["firejail + Deno (9.8.7)"]);
    await runHello(peers[0]!.argv("hello"), directory);
    const reasons = new Map(leftOut.map((it) => [it.id, it.reason]));
    equal(reasons.get("bwrap"), "it does not work here: code 1: no namespaces");
    match(reasons.get("docker")!, /^no client: `apt-get install docker\.io`/);
    match(reasons.get("srt")!, /^no @anthropic-ai\/sandbox-runtime/);
    ok(reasons.has("node") && reasons.has("node-npm"));
    const one = await findPeers(ground, (id) => id === "firejail");
    deepEqual([one.peers.length, one.leftOut.length], [1, 0]);
  } finally {
    Deno.env.set("PATH", path);
    await Deno.remove(directory, { recursive: true });
  }
});
