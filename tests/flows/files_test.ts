import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { makeFiles } from "../cli/bulkhead.ts";
import { type Necessity, testWith } from "../must.ts";
import { type Run, runFlow } from "./events.ts";

const SHELL = "io.kestra.plugin.scripts.shell.Script";
const LOG = "io.kestra.plugin.core.log.Log";
const ASSERT = "io.kestra.plugin.core.execution.Assert";

/** Where a script runs, and what a machine needs for that. */
const PLACES: readonly Place[] = [
  {
    name: "host",
    needs: "landlock",
    task: { type: SHELL, taskRunner: { type: "io.kestra.plugin.core.runner.Process" } },
  },
  {
    name: "container",
    needs: "engine",
    task: { type: SHELL, containerImage: "bulkhead/busybox:test" },
  },
  {
    name: "container, copied",
    needs: "engine",
    task: {
      type: SHELL,
      containerImage: "bulkhead/busybox:test",
      taskRunner: {
        type: "io.kestra.plugin.scripts.runner.docker.Docker",
        fileHandlingStrategy: "VOLUME",
      },
    },
  },
];

interface Place {
  readonly name: string;
  readonly needs: Necessity;
  readonly task: object;
}

/** Line 5 lets scripts run on the host. */
const POLICY = `kestra:
  ee:
    java-security:
      enabled: true
      authorized-class-prefix: [io.kestra.plugin.scripts]
`;

interface Given {
  readonly policy?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly argv?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Does something in the directory before the run. */
  readonly before?: (cwd: string) => Promise<void>;
  /** Looks at what the run has left. */
  readonly after?: () => Promise<void>;
}

async function run(tasks: readonly object[], given: Given = {}): Promise<Run> {
  await using files = await makeFiles({
    "flow.yaml": JSON.stringify({ id: "f", namespace: "a.b", tasks }),
    "policy.yaml": given.policy ?? POLICY,
    ...given.files,
  });
  await given.before?.(files.path);
  const env = Object.fromEntries(
    ["PATH", "DOCKER_HOST"].flatMap((it) => {
      const value = Deno.env.get(it);
      return value === undefined ? [] : [[it, value]];
    }),
  );
  const said = await runFlow(["flow.yaml", "-p", "policy.yaml", ...given.argv ?? []], {
    cwd: files.path,
    env: { ...env, ...given.env },
  });
  await given.after?.();
  return said;
}

function errorOf({ events }: Run, task: string): string {
  const end = events.find((it) => it.type === "task.finished" && it.task === task);
  return end?.type === "task.finished" ? end.error ?? "" : "it did not end";
}

const outputFilesOf = ({ outputs }: Run, task: string) =>
  Object.keys((outputs[task] as { outputFiles: object }).outputFiles);

for (const { name, needs, task } of PLACES) {
  testWith(needs, `files: what one script leaves the next one has (${name})`, async () => {
    const said = await run([
      {
        ...task,
        id: "make",
        inputFiles: { "data/in.txt": "hello {{ flow.id }}", empty: null },
        outputFiles: ["*.txt", "deep/**", "named", "missing"],
        script: [
          'cat data/in.txt empty > "$WORKING_DIR/out.txt"',
          "mkdir deep; echo deep > deep/a.csv",
          "echo hidden > .hidden.txt",
          "echo named > {{ outputFiles['named'] }}",
          `echo '::{"outputs": {"count": 2}}::'`,
        ].join("\n"),
      },
      {
        ...task,
        id: "use",
        outputDirectory: true,
        inputFiles: '{"in.txt": "{{ outputs.make.outputFiles[\'out.txt\'] }}"}',
        script: [
          "cat in.txt {{ outputs.make.outputFiles['deep/a.csv'] }} > {{ outputDir }}/both",
          'test "{{ outputDir }}" = "$OUTPUT_DIR"; test "{{ workingDir }}" = "$PWD"',
        ].join("\n"),
      },
      {
        id: "log",
        type: LOG,
        message: ["{{ read(outputs.use.outputFiles.both) }}", "{{ outputs.make.vars.count }}"],
      },
      {
        id: "assert",
        type: ASSERT,
        conditions: [
          "{{ outputs.make.exitCode == 0 }}",
          "{{ outputs.make.outputFiles['out.txt'] != null }}",
          "{{ read(outputs.make.outputFiles.named) contains 'named' }}",
          "{{ fileSize(outputs.make.outputFiles['out.txt']) == 7 }}",
          "{{ not isFileEmpty(outputs.use.outputFiles.both) }}",
          "{{ fileExists(outputs.use.outputFiles.both) and not fileExists('kestra:///no') }}",
        ],
      },
      {
        ...task,
        id: "told",
        script: "echo '{{ read(outputs.make.outputFiles.named) | trim }} again'",
      },
    ]);
    equal(said.code, 0, said.stderr);
    deepEqual(outputFilesOf(said, "make"), ["deep/a.csv", "named", "out.txt"]);
    deepEqual(outputFilesOf(said, "use"), ["both"]);
    deepEqual(said.logs, [
      'WARN Output file "missing" is not there',
      "INFO hello fdeep\n",
      "INFO 2",
      "INFO named again",
    ]);
  });

  testWith(needs, `files: a script that fails keeps what it left (${name})`, async () => {
    const said = await run([{
      ...task,
      id: "it",
      outputFiles: ["a"],
      script: `echo x > a; echo '::{"outputs": {"b": 1}}::'; exit 3`,
    }]);
    equal(said.code, 1);
    equal(said.states.it, "FAILED");
    const { exitCode, vars } = said.outputs.it as { exitCode: number; vars: unknown };
    deepEqual([exitCode, vars, outputFilesOf(said, "it")], [3, { b: 1 }, ["a"]]);
  });

  testWith(needs, `files: no link takes a file of the host along (${name})`, async () => {
    const said = await run([{
      ...task,
      id: "it",
      outputFiles: ["**", "dir/hostname"],
      script: "ln -s /etc/hostname file; ln -s /etc dir; echo x > own; ln -s own inside",
    }]);
    equal(said.code, 0, said.stderr);
    // The attack, without what is in its way: that file is there for whoever follows the link.
    equal((await Deno.stat("/etc/hostname")).isFile, true);
    deepEqual(outputFilesOf(said, "it"), ["inside", "own"]);
    // Where files are copied, such links are left behind before.
    equal(
      said.logs.filter((it) => /leads (out of|outside)|is not there/.test(it)).length > 0,
      true,
    );
  });

  testWith(needs, `files: a file that may not be laid stops its script (${name})`, async () => {
    const said = await run([
      {
        ...task,
        id: "out",
        allowFailure: true,
        inputFiles: '{"{{ \'../\' }}a": ""}',
        script: "echo ran",
      },
      {
        ...task,
        id: "pattern",
        allowFailure: true,
        outputFiles: ["{{ '[' }}"],
        script: "echo ran",
      },
      { ...task, id: "twin", inputFiles: '{"{{ \'./\' }}a": ""}', script: "echo ran" },
    ]);
    equal(said.code, 0, said.stderr);
    match(
      errorOf(said, "out"),
      /^could not be started: Cannot lay file "\.\.\/a": it holds "\.\."/,
    );
    match(errorOf(said, "pattern"), /Cannot use pattern "\[": a "\[" is not closed/);
    deepEqual(said.logs, ["INFO ran"]);
  });

  testWith(
    needs,
    `files: long lines of the protocol are taken up to 8 MiB (${name})`,
    async () => {
      const line = (bytes: number) =>
        `printf '::{"outputs":{"n${bytes}":"'; head -c ${bytes} /dev/zero | tr '\\0' x; echo '"}}::'`;
      const said = await run([{
        ...task,
        id: "it",
        script: [line(7_000_000), line(8_500_000), 'echo \'::{"outputs":{"after":1}}::\''].join(
          "\n",
        ),
      }]);
      equal(said.code, 0, said.stderr);
      const { vars } = said.outputs.it as { vars: Record<string, string> };
      deepEqual(Object.keys(vars), ["n7000000", "after"]);
      equal(vars.n7000000!.length, 7_000_000);
      deepEqual(said.logs, [
        "WARN Cannot take outputs from a line that is longer than 8388608 bytes",
      ]);
    },
  );
}

const [onHost] = PLACES;

testWith("landlock", "files: a local file is one below the policy's allowed-paths", async () => {
  const tasks = (path: string) => [
    { ...onHost!.task, id: "it", inputFiles: { a: `file://${path}` }, script: "cat a" },
  ];
  await using host = await makeFiles({
    "open/a": "granted\n",
    "open/closed/b": "",
    "other/a": "x",
  });
  const policy = (more: string) => `${POLICY}${more}`;
  const allowed = `  local-files: { allowed-paths: ["${host.path}/open"] }\n`;
  const forbidden = POLICY.replace(
    "enabled: true",
    `enabled: true\n      forbidden-paths: ["${host.path}/open/closed"]`,
  );
  const open = await run(tasks(`${host.path}/open/a`), { policy: policy(allowed) });
  deepEqual(open.logs, ["INFO granted"], open.stderr + errorOf(open, "it"));
  await Deno.symlink(`${host.path}/other/a`, `${host.path}/open/link`);
  for (
    const [path, text] of [
      [`${host.path}/other/a`, policy(allowed)],
      [`${host.path}/open/link`, policy(allowed)],
      [`${host.path}/open/a`, policy("")],
      [`${host.path}/open/closed/b`, `${forbidden}${allowed}`],
    ] as const
  ) {
    const said = await run(tasks(path), { policy: text });
    equal(said.code, 1, said.stderr);
    match(errorOf(said, "it"), /Cannot use file "file:.*allowed-paths/);
  }
});

testWith("landlock", "files: namespaces have theirs in a directory that is given", async () => {
  const files = {
    "ns/a.b/main.sh": "echo own {{ flow.id }}",
    "ns/a.b/lib/x.sh": "echo lib",
    "ns/c/main.sh": "echo other",
  };
  const tasks = [
    {
      ...onHost!.task,
      id: "own",
      namespaceFiles: { enabled: true, exclude: ["lib/**"] },
      inputFiles: { "mine.sh": "nsfile://c/main.sh" },
      script: "sh main.sh; sh mine.sh; ls",
    },
    {
      ...onHost!.task,
      id: "both",
      namespaceFiles: { namespaces: ["{{ flow.namespace }}", "c"], folderPerNamespace: true },
      script: "find . -name '*.sh' | sort",
    },
  ];
  const said = await run(tasks, { files, argv: ["--namespace-files", "ns"] });
  equal(said.code, 0, said.stderr);
  deepEqual(said.logs, [
    "INFO own {{ flow.id }}", // a file is no template
    "INFO other",
    "INFO main.sh",
    "INFO mine.sh",
    "INFO ./a.b/lib/x.sh",
    "INFO ./a.b/main.sh",
    "INFO ./c/main.sh",
  ]);
  const without = await run(tasks, { files });
  equal(without.events.length, 0);
  match(without.stderr, /--namespace-files DIR/);
});

Deno.test("files: those of namespaces cannot lie where something is forbidden", async () => {
  const tasks = [{ id: "it", type: LOG, message: "ran" }];
  const files = { "ns/a.b/x": "", "away/y": "" };
  await using outside = await makeFiles({ "secret/z": "" });
  const forbid = (path: string) =>
    POLICY.replace("enabled: true", `enabled: true\n      forbidden-paths: ["${path}"]`);
  const twin = await run(tasks, {
    policy: forbid(`${outside.path}/secret`),
    files,
    argv: ["--namespace-files", "ns"],
  });
  equal(twin.code, 0, twin.stderr);
  const within = await run(tasks, {
    policy: forbid(outside.path),
    argv: ["--namespace-files", `${outside.path}/secret`],
  });
  match(
    within.stderr,
    /Cannot use the files of namespaces in ".*\/secret": it lies in the forbidden path "/,
  );
  match(within.stderr, /at policy\.yaml:5:/);
  const around = await run(tasks, {
    policy: forbid(`${outside.path}/secret`),
    argv: ["--namespace-files", outside.path],
  });
  match(around.stderr, /: it holds the forbidden path ".*\/secret"/);
  const linked = await run(tasks, {
    policy: forbid(`${outside.path}/secret`),
    files,
    before: (cwd) => Deno.symlink(`${outside.path}/secret`, `${cwd}/link`),
    argv: ["--namespace-files", "link"],
  });
  match(linked.stderr, /: it lies in the forbidden path "/);
  const missing = await run(tasks, { argv: ["--namespace-files", "nowhere"] });
  match(missing.stderr, /Cannot use the files of namespaces in "nowhere": No such file/);
  for (const it of [within, around, linked, missing]) {
    equal(it.code !== 0 && it.events.length === 0, true, it.stderr);
  }
});

/** Where stored files lie: seen from a workspace, and from the directory of the run. */
const STORES = [
  {
    name: "beside the record of the execution",
    env: {},
    fromWorkspace: "../../../../state/executions/{{ execution.id }}/files",
    below: "state/executions",
    said: /workspaces are kept below .*, stored files in .*\/state\/executions\//,
  },
  {
    name: "beside the workspaces, where there is no record",
    env: { BULKHEAD_STATE: "", HOME: "" },
    fromWorkspace: "../../files",
    below: `bulkhead-${Deno.uid()}`,
    said: /workspaces and stored files are kept below/,
  },
];

for (const { name, env, fromWorkspace, below, said: where } of STORES) {
  testWith(
    "landlock",
    `files: what is stored lies ${name}, where no task may look, as long as it is kept`,
    async () => {
      const tasks = [
        { ...onHost!.task, id: "make", outputFiles: ["a"], script: "echo stored > a" },
        {
          ...onHost!.task,
          id: "spy",
          inputFiles: { own: "{{ outputs.make.outputFiles.a }}" },
          script: [
            "cat own",
            `cat "$WORKING_DIR"/${fromWorkspace}/* 2> all || cat all`,
            `cat "$WORKING_DIR/${fromWorkspace}/` +
            `{{ outputs.make.outputFiles.a | split('/') | last }}" 2> one || cat one`,
          ].join("\n"),
        },
      ];
      for (const keep of [false, true]) {
        let cwd = "";
        const kept: string[] = [];
        const said = await run(tasks, {
          env,
          argv: keep ? ["--keep"] : [],
          before: (it) => Promise.resolve(void (cwd = it)),
          after: async () => {
            for await (const { name: execution } of Deno.readDir(`${cwd}/${below}`)) {
              const directory = `${cwd}/${below}/${execution}/files`;
              equal(((await Deno.stat(directory)).mode ?? 0) & 0o777, 0o700);
              for await (const { name } of Deno.readDir(directory)) {
                kept.push(await Deno.readTextFile(`${directory}/${name}`));
              }
            }
          },
        });
        equal(said.code, 0, said.stderr);
        equal(said.logs.length, 3, said.logs.join("\n"));
        equal(said.logs[0], "INFO stored");
        match(said.logs[1]!, /Permission denied|No such file/); // as the name with a star
        match(said.logs[2]!, /Permission denied/);
        // The attack, without what is in its way: the file is there for who may look.
        deepEqual(kept, keep ? ["stored\n"] : []);
        equal(where.test(said.stderr), keep, said.stderr);
      }
    },
  );
}

testWith(
  "landlock",
  "files: read() says how large a file is that it cannot be handed",
  async () => {
    const said = await run([
      {
        ...onHost!.task,
        id: "make",
        outputFiles: ["large", "small"],
        script: "head -c 9000000 /dev/zero > large; echo small > small",
      },
      { id: "small", type: LOG, message: "{{ read(outputs.make.outputFiles.small) | trim }}" },
      { id: "size", type: LOG, message: "{{ fileSize(outputs.make.outputFiles.large) }}" },
      { id: "large", type: LOG, message: "{{ read(outputs.make.outputFiles.large) }}" },
    ]);
    deepEqual(said.logs, ["INFO small", "INFO 9000000"]);
    match(errorOf(said, "large"), /function "read": .* has 9000000 bytes: .* 8 MiB together/);
  },
);

testWith("landlock", "files: an Eval reads stored files by rendering", async () => {
  const said = await run([
    { ...onHost!.task, id: "make", outputFiles: ["a"], script: "echo text > a" },
    {
      id: "eval",
      type: "io.kestra.plugin.graalvm.js.Eval",
      script: 'runContext.render("{" + "{ read(outputs.make.outputFiles.a) }}").trim()',
    },
  ]);
  equal((said.outputs.eval as { result: string }).result, "text", said.stderr);
});

Deno.test("Assert names what is not true, and counts", async () => {
  const tasks = (...conditions: string[]) => [{
    id: "it",
    type: ASSERT,
    conditions,
    errorMessage: "of {{ flow.id }}",
  }];
  const good = await run(tasks("{{ 1 == 1 }}", "yes", "{{ flow.id contains 'f' }}"));
  equal(good.code, 0, good.stderr);
  const bad = await run(tasks("{{ 1 == 1 }}", "{{ 1 == 2 }}", "{{ nope }}"));
  equal(bad.code, 1);
  equal(errorOf(bad, "it"), '2 assertions failed: "{{ 1 == 2 }}", "{{ nope }}"\nof f');
  deepEqual(bad.logs, [
    'ERROR Assertion "{{ 1 == 2 }}" failed',
    'ERROR Assertion "{{ nope }}" failed: Cannot render "nope": unknown name "nope"',
  ]);
  const counted = ({ events }: Run) =>
    events.flatMap((it) => it.type === "task.metric" ? [[it.metric.name, it.metric.value]] : []);
  deepEqual(counted(good), [["success", 3], ["failed", 0]]);
  deepEqual(counted(bad), [["success", 1], ["failed", 2]]);
});

Deno.test("allowWarning makes a success of a failure that is allowed, and of no other", async () => {
  const fail = { type: "io.kestra.plugin.core.execution.Fail" };
  const allowed = await run([
    { ...fail, id: "warning", allowFailure: true },
    { ...fail, id: "success", allowFailure: true, allowWarning: true },
  ]);
  deepEqual(allowed.states, { warning: "WARNING", success: "SUCCESS", execution: "WARNING" });
  const alone = await run([{ ...fail, id: "it", allowWarning: true }]);
  deepEqual(alone.states, { it: "FAILED", execution: "FAILED" });
});

for (const [size, hears] of [["300k", /No space left on device/], ["8m", undefined]] as const) {
  const name = hears === undefined ? "a disk with room is one" : "a full disk is said";
  testWith("mount", `files: ${name}, and nothing is left on it (${size})`, async () => {
    const disk = await Deno.makeTempDir({ prefix: "bulkhead_disk_" });
    try {
      await mustRun("mount", "-t", "tmpfs", "-o", `size=${size}`, "tmpfs", disk);
      const task = {
        id: "it",
        type: "io.kestra.plugin.scripts.deno.Script",
        inputFiles: { large: "x".repeat(500_000) },
        outputFiles: ["large"],
        script: "",
      };
      const policy = "bulkhead: { scripts: { in-process: [deno] } }\n";
      const { code, stderr } = await run([task], { policy, argv: ["--workspace", disk] });
      if (hears === undefined) equal(code, 0, stderr);
      else {
        equal(code, 125);
        match(stderr, hears);
        doesNotMatch(stderr, /^\s+at .*:\d+:\d+$/m);
      }
      const left = await Array.fromAsync(Deno.readDir(`${disk}/bulkhead-${Deno.uid()}`));
      deepEqual(left, []);
    } finally {
      await mustRun("umount", disk);
      await Deno.remove(disk);
    }
  });
}

async function mustRun(program: string, ...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, { args }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}
