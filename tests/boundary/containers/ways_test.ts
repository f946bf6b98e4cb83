import { deepEqual, equal, match, ok } from "node:assert/strict";
import { makeBox, makeWord } from "../box.ts";
import { IMAGE } from "../../container_fixture.ts";
import { commandLines, containerTest, runTask, WAYS } from "./run_task.ts";

for (const way of WAYS) {
  const test = (name: string, fn: () => Promise<void>) =>
    containerTest(`${name} (${way.transport}, ${way.files})`, fn);

  test("a container says what it says on both pipes, and ends with its own code", async () => {
    await using box = await makeBox();
    const ran = await runTask(box, way, {
      script: 'echo "out $WORD"; echo err >&2; echo more; exit 3',
      env: { WORD: "given" },
    });
    deepEqual(ran.ending, { kind: "exited", code: 3 });
    equal(ran.stdout, "out given\nmore");
    equal(ran.stderr, "err");
  });

  for (const code of [0, 1, 125, 126, 127, 137]) {
    test(`a script's own code ${code} is that, whatever it says`, async () => {
      await using box = await makeBox();
      const words = `docker: Error response from daemon: No such image: ${IMAGE}`;
      const ran = await runTask(box, way, { script: `echo '${words}' >&2; exit ${code}` });
      deepEqual(ran.ending, { kind: "exited", code });
      equal(ran.stderr, words);
    });
  }

  for (
    const [name, command, expected] of [
      [
        "is not there",
        ["/no/such"],
        /^its command cannot be executed: exec: "\/no\/such": .*no such/,
      ],
      [
        "is a directory",
        ["/etc"],
        /^its command cannot be executed: exec: "\/etc": .*(denied|directory)/,
      ],
    ] as const
  ) {
    test(`a command that ${name} is said so, and not in its log`, async () => {
      await using box = await makeBox();
      const ran = await runTask(box, way, { command });
      ok(ran.ending.kind === "not-started", JSON.stringify(ran.ending));
      match(ran.ending.reason, expected);
      deepEqual([ran.stdout, ran.stderr], ["", ""]);
    });
  }

  test("an image that is missing and may not be pulled is said so", async () => {
    await using box = await makeBox();
    const ran = await runTask(box, way, { image: "bulkhead-none:such", pull: "NEVER" });
    ok(ran.ending.kind === "not-started", JSON.stringify(ran.ending));
    match(ran.ending.reason, /no such image, and pullPolicy NEVER forbids .*bulkhead-none:such/);
    deepEqual([ran.stdout, ran.stderr], ["", ""]);
  });

  test("an image that was an expression is judged when it is known", async () => {
    await using box = await makeBox();
    const source = { file: "policy.yaml", line: 3, column: 5 };
    const allow = [[{ value: "docker.io/library/other", source }]];
    const ran = await runTask(box, way, { images: { allow, deny: [] } });
    ok(ran.ending.kind === "not-started", JSON.stringify(ran.ending));
    match(ran.ending.reason, /^Cannot use image "busybox:latest": .*policy\.yaml:3:5/);
    const odd = await runTask(box, way, { image: "--privileged" });
    ok(odd.ending.kind === "not-started", JSON.stringify(odd.ending));
    const named = [[{ value: "docker.io/library/busybox", source }]];
    const control = await runTask(box, way, { images: { allow: named, deny: [] } });
    deepEqual(control.ending, { kind: "exited", code: 0 });
  });

  test("files go in, and come out again of what succeeds and of what fails", async () => {
    await using box = await makeBox();
    for (const code of [0, 7]) {
      const ran = await runTask(box, way, {
        inputs: { "in.txt": "from the host", "gone.txt": "x", "kept.txt": "k" },
        script: [
          "cat in.txt; rm gone.txt; mkdir -p a/b; echo made > a/b/out.txt; chmod 750 a/b",
          "echo '#!/bin/sh' > run.sh; chmod 755 run.sh; touch empty",
          `ln -s a/b/out.txt inside; id -u > owner; ls -l in.txt | cut -c1-10; exit ${code}`,
        ].join("\n"),
        look: async (workspace) => {
          equal(await Deno.readTextFile(`${workspace}/a/b/out.txt`), "made\n");
          equal(await Deno.readTextFile(`${workspace}/kept.txt`), "k");
          equal(await Deno.readTextFile(`${workspace}/empty`), "");
          equal(await Deno.readLink(`${workspace}/inside`), "a/b/out.txt");
          equal((await Deno.stat(`${workspace}/run.sh`)).mode! & 0o777, 0o755);
          equal((await Deno.stat(`${workspace}/a/b`)).mode! & 0o777, 0o750);
          equal(await Deno.stat(`${workspace}/gone.txt`).catch(() => "gone"), "gone");
          ok((await Deno.stat(`${workspace}/output`)).isDirectory);
        },
      });
      deepEqual(ran.ending, { kind: "exited", code });
      match(ran.stdout, /^from the host-rw/);
      deepEqual(ran.warnings, []);
    }
  });

  test("variables get there whatever they hold, and stand in no process list", async () => {
    await using box = await makeBox();
    const word = makeWord("value");
    const value = `${word}\n  second "line"\r\n$HOME \\ é`;
    let lists = "";
    const ran = await runTask(box, way, {
      env: { LINES: value, PLAIN: ` ${word}#=`, LONG: "x".repeat(100_000) },
      script: 'echo ready; printf "%s|" "$LINES" "$PLAIN" ${#LONG}; sleep 3; :',
      onLine: () => lists += commandLines(),
    });
    equal(ran.stdout, `ready\n${value.replaceAll("\r\n", "\n")}| ${word}#=|100000|`);
    match(lists, /ready/); // the script itself stands there: the lists were read
    ok(!lists.includes(word), "a value stands in a process list");
  });

  test("a NUL in a variable is refused", async () => {
    await using box = await makeBox();
    const ran = await runTask(box, way, { env: { ODD: "a\0b" } });
    ok(ran.ending.kind === "not-started", JSON.stringify(ran.ending));
    match(ran.ending.reason, /variable "ODD" holds a NUL/);
  });

  test("a container is gone after its deadline, also one that ignores being asked", async () => {
    await using box = await makeBox();
    const script = "trap '' TERM; echo ready; while :; do sleep 0.1; done";
    for (const killGraceMs of [0, 1000]) {
      const ran = await runTask(box, way, { script, timeoutMs: 1500, killGraceMs });
      deepEqual(ran.ending, { kind: "timed-out", afterMs: 1500 });
      deepEqual(ran.warnings, []);
    }
  });

  test("a container with a grace may end by itself, one without may not", async () => {
    await using box = await makeBox();
    const script = "trap 'echo asked; exit 0' TERM; echo ready; while :; do sleep 0.1; done";
    for (const [killGraceMs, said] of [[20_000, "ready\nasked"], [0, "ready"]] as const) {
      const stop = new AbortController();
      const ran = await runTask(box, way, {
        script,
        killGraceMs,
        signal: stop.signal,
        onLine: () => stop.abort(),
      });
      deepEqual(ran.ending, { kind: "interrupted" });
      equal(ran.stdout, said);
    }
  });

  test("who says more than allowed is ended, and what it said before is kept", async () => {
    await using box = await makeBox();
    const ran = await runTask(box, way, {
      script: "yes",
      floods: true,
      limits: { outputBytes: 10_000 },
    });
    deepEqual(ran.ending, { kind: "limited", limit: "output", value: 10_000 });
    equal(ran.stdout.length, 9999);
  });

  test("who writes more than allowed is ended", async () => {
    await using box = await makeBox();
    const ran = await runTask(box, way, {
      script: "echo ready; dd if=/dev/zero of=big bs=1M count=4 2>/dev/null; sleep 1",
      limits: { workspaceBytes: 2 ** 20 },
    });
    deepEqual(ran.ending, { kind: "limited", limit: "workspace", value: 2 ** 20 });
  });

  test("two containers at once do not meet", async () => {
    await using box = await makeBox();
    const [one, two] = await Promise.all([
      runTask({ ...box, root: await sub(box.root, "one") }, way, {
        script: "echo one > it; sleep 0.3; cat it",
      }),
      runTask({ ...box, root: await sub(box.root, "two") }, way, {
        script: "echo two > it; sleep 0.3; cat it",
      }),
    ]);
    equal(one.stdout, "one");
    equal(two.stdout, "two");
  });

  test("many lines come, all of them", async () => {
    await using box = await makeBox();
    let count = 0;
    let last = "";
    const ran = await runTask(box, way, {
      script: "echo ready; seq 1 200000",
      quiet: true,
      floods: true,
      onLine: (text) => {
        count++;
        last = text;
      },
    });
    deepEqual(ran.ending, { kind: "exited", code: 0 });
    equal(count, 200_001);
    equal(last, "200000");
  });
}

async function sub(root: string, name: string): Promise<string> {
  await Deno.mkdir(`${root}/${name}`);
  return `${root}/${name}`;
}
