import { deepEqual, equal, ok } from "node:assert/strict";
import { bulkhead, makeFiles } from "../cli/bulkhead.ts";
import { need, PODMAN_IMAGE, testWith } from "../must.ts";
import { runFlow } from "./events.ts";

const EVAL = "io.kestra.plugin.graalvm.js.Eval";
const LANDLOCK = need("landlock");

type Kind = "read" | "write" | "net" | "env" | "spawn";
type Question = readonly [Kind, string?];
type Verdict = "allowed" | "denied";

/** A tree with an open place, a closed one, a forbidden one, and links from the first to the others. */
async function makeTree() {
  const files = await makeFiles({
    "open/file": "x",
    "closed/file": "x",
    "secret/file": "x",
    "secrets/file": "x",
    "out/file": "x",
  });
  await Deno.symlink("../closed/file", `${files.path}/open/link`);
  await Deno.symlink("file", `${files.path}/open/near`);
  return files;
}

function questionsOf(root: string, port: number): readonly Question[] {
  return [
    ["read", `${root}/open/file`],
    ["read", `${root}/open/near`],
    ["read", `${root}/open/link`],
    ["read", `${root}/open/../closed/file`],
    ["read", `${root}//open/./file`],
    ["read", `${root}/closed/file`],
    ["read", `${root}/secret/file`],
    ["read", `${root}/secrets/file`],
    ["read", `${root}/out/file`],
    ["read", "in.txt"],
    ["read", "./a/../in.txt"],
    ["read", "../other"],
    ["read", "../../../other"],
    ["read", "/usr/lib/os-release"],
    ["read", "/proc/version"],
    ["read", "/dev/null"],
    ["write", `${root}/out/new`],
    ["write", `${root}/open/new`],
    ["write", `${root}/closed/new`],
    ["write", `${root}/secret/new`],
    ["write", "mine.txt"],
    ["write", "/dev/null"],
    ["net", `127.0.0.1:${port}`],
    ["net", `[::1]:${port}`],
    ["net", `localhost:${port}`],
    ["net", `127.1:${port}`],
    ["env", "SHOWN"],
    ["env", "HIDDEN"],
    ["env", "PATH"],
    ["spawn"],
  ];
}

/** Policies by name. `ROOT` and `PORT` are put in. */
const POLICIES: Readonly<Record<string, string>> = {
  closed: `kestra:
  ee: {java-security: {enabled: true, forbidden-class-prefix: [${EVAL}]}}
  local-files: {allowed-paths: [ROOT/open]}
bulkhead:
  filesystem: closed
  writable: [ROOT/out]
  network: {allow: ["127.0.0.1:PORT"]}
  env: {allow: [SHOWN]}
`,
  forbidding: `kestra:
  ee: {java-security: {enabled: true, forbidden-paths: [ROOT/secret], authorized-class-prefix: [io.kestra.plugin.graalvm]}}
bulkhead:
  filesystem: open
  network: {deny: ["127.0.0.1:PORT"]}
  env: {allow: [HIDDEN, PATH]}
`,
  nothing: `bulkhead: {filesystem: closed, spawn: never, network: {allow: []}}
`,
  everything:
    `bulkhead: {filesystem: open, writable: [ROOT/out, ROOT/closed], env: {allow: [SHOWN, HIDDEN, PATH]}}
`,
};

/** Tries each question, and says what came of it: \`ok\`, or the name of the error. */
const TRY = `
async function attempt([kind, value]) {
  try {
    if (kind === "read") Deno.openSync(value, { read: true }).close();
    else if (kind === "write") Deno.openSync(value, { write: true, create: !value.startsWith("/dev/") }).close();
    else if (kind === "env") Deno.env.get(value);
    else if (kind === "spawn") new Deno.Command("/bin/true", { clearEnv: true }).outputSync();
    else {
      const [, host, port] = /^\\[?(.*?)\\]?:(\\d+)$/.exec(value);
      (await Deno.connect({ hostname: host, port: Number(port) })).close();
    }
    return "ok";
  } catch (error) {
    return error.name;
  }
}
const said = [];
for (const it of QUESTIONS) said.push(await attempt(it));
`;

/** What was not refused may still fail, where nothing is there. */
function verdictOf([kind]: Question, name: string): Verdict {
  if (name === "ok" || name === "NotFound" || name === "ConnectionRefused") return "allowed";
  ok(/^(?:NotCapable|PermissionDenied|TypeError|Error)$/.test(name), `${kind}: ${name}`);
  return "denied";
}

function listen(): { readonly port: number } & Disposable {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const taken = (async () => {
    for await (const it of listener) it.close();
  })().catch(() => {});
  return {
    port,
    [Symbol.dispose]() {
      listener.close();
      void taken;
    },
  };
}

async function explained(
  cwd: string,
  task: string,
  questions: readonly Question[],
  env: Readonly<Record<string, string>> = {},
): Promise<readonly Verdict[]> {
  const argv = questions.flatMap(([kind, value]) =>
    value === undefined ? [`--${kind}`] : [`--${kind}`, value]
  );
  const { stdout, stderr } = await bulkhead(
    ["explain", `flow.yaml#${task}`, ...argv, "--brief", "--json", "-p", "policy.yaml"],
    { cwd, env },
  );
  const answers: readonly {
    readonly access: { readonly kind: Kind; readonly value?: string };
    readonly verdict: Verdict;
  }[] = JSON.parse(stdout || stderr).tasks[0].answers;
  return questions.map(([kind, value]) =>
    answers.find(({ access }) => access.kind === kind && access.value === value)!.verdict
  );
}

const rows = Object.keys(POLICIES).flatMap((policy) =>
  ["off", "require"].map((kernel) => ({
    policy,
    kernel,
    ignore: kernel !== "off" && LANDLOCK.ignore,
  }))
);

for (const { policy, kernel, ignore } of rows) {
  Deno.test({
    name: `explain says what an Eval may do: policy "${policy}", kernel ${kernel}`,
    ignore,
    async fn() {
      using server = listen();
      await using tree = await makeTree();
      const questions = questionsOf(tree.path, server.port);
      const text = POLICIES[policy]!.replaceAll("ROOT", tree.path)
        .replaceAll("PORT", String(server.port));
      const script = `const QUESTIONS = ${JSON.stringify(questions)};
Deno.writeTextFileSync("in.txt", "x");
Deno.mkdirSync("a");
${TRY}`;
      const work = await makeFiles({
        "policy.yaml": text.includes("bulkhead:\n")
          ? text.replace("bulkhead:\n", `bulkhead:\n  kernel: ${kernel}\n`)
          : text.replace("bulkhead: {", `bulkhead: {kernel: ${kernel}, `),
        "flow.yaml": JSON.stringify({
          id: "f",
          namespace: "a.b",
          tasks: [{ id: "t", type: EVAL, outputs: ["said"], script }],
        }),
      });
      await using _work = work;
      const run = await runFlow(["flow.yaml", "-p", "policy.yaml"], {
        cwd: work.path,
        env: { SHOWN: "1", HIDDEN: "1" },
      });
      equal(run.code, 0, run.stderr);
      const { said } = (run.outputs.t as { outputs: { said: readonly string[] } }).outputs;
      const shown = (list: readonly string[]) =>
        questions.map((it, i) => `${it.join(" ")}: ${list[i]}`);
      const verdicts = said.map((it, i) => verdictOf(questions[i]!, it));
      deepEqual(
        shown(await explained(work.path, "t", questions)),
        shown(verdicts),
        `what the run said: ${JSON.stringify(shown(said), null, 1)}`,
      );
      // Both answers are there, or nothing was compared.
      ok(verdicts.includes("allowed") && verdicts.includes("denied"));
    },
  });
}

Deno.test("the questions succeed where nothing confines them", async () => {
  using server = listen();
  await using tree = await makeTree();
  const questions = questionsOf(tree.path, server.port).filter(([kind, value]) =>
    // Nothing listens at the other address, and nothing lies above this directory.
    !(kind === "net" && value!.startsWith("[")) && !value?.startsWith("..")
  );
  const code = `const QUESTIONS = ${JSON.stringify(questions)};
Deno.writeTextFileSync("in.txt", "x");
Deno.mkdirSync("a");
${TRY}
console.log(JSON.stringify(said));`;
  await Deno.writeTextFile(`${tree.path}/all.mjs`, code);
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-config", "all.mjs"],
    cwd: tree.path,
  }).output();
  deepEqual(JSON.parse(new TextDecoder().decode(stdout)), questions.map(() => "ok"));
});

Deno.test({
  name: "explain says what a command on the host may do",
  ignore: LANDLOCK.ignore,
  async fn() {
    await using tree = await makeTree();
    await Deno.symlink("../secret/file", `${tree.path}/out/away`);
    const questions: readonly Question[] = [
      ["read", `${tree.path}/open/file`],
      ["read", `${tree.path}/open/link`],
      ["read", `${tree.path}/secret/file`],
      ["read", `${tree.path}/secrets/file`],
      ["read", `${tree.path}/out/away`],
      ["read", "in.txt"],
      ["read", "/etc/hostname"],
      ["read", "/proc/version"],
      ["read", "/dev/null"],
      ["write", `${tree.path}/open/new`],
      ["write", `${tree.path}/secret/new`],
      ["write", "mine.txt"],
      ["write", "/dev/null"],
      ["env", "SHOWN"],
      ["env", "HIDDEN"],
      ["env", "HOME"],
    ];
    const test = ([kind, value]: Question) =>
      kind === "read"
        ? `cat ${value} > /dev/null`
        : kind === "write"
        ? `: >> ${value}`
        : `test -n "\${${value}+set}"`;
    const commands = [
      "echo x > in.txt",
      ...questions.map((it, i) =>
        `(${test(it)}) 2>/dev/null && echo "Q${i} ok" || echo "Q${i} no"`
      ),
    ];
    await using work = await makeFiles({
      "policy.yaml": `kestra:
  ee: {java-security: {enabled: true, forbidden-paths: ["${tree.path}/secret"], authorized-class-prefix: [io.kestra.plugin.scripts]}}
bulkhead:
  kernel: require
  filesystem: open
  env: {allow: [SHOWN]}
`,
      "flow.yaml": JSON.stringify({
        id: "f",
        namespace: "a.b",
        tasks: [{
          id: "t",
          type: "io.kestra.plugin.scripts.shell.Script",
          taskRunner: { type: "io.kestra.plugin.core.runner.Process" },
          script: commands.join("\n"),
        }],
      }),
    });
    const run = await runFlow(["flow.yaml", "-p", "policy.yaml"], {
      cwd: work.path,
      env: { SHOWN: "1", HIDDEN: "1" },
    });
    equal(run.code, 0, `${run.stderr}${run.logs.join("\n")}`);
    const shown = (of: (i: number) => string) =>
      questions.map((it, i) => `${it.join(" ")}: ${of(i)}`);
    const verdicts = await explained(work.path, "t", questions);
    deepEqual(
      shown((i) => verdicts[i]!),
      shown((i) => run.logs.some((it) => it.endsWith(`Q${i} ok`)) ? "allowed" : "denied"),
      run.logs.join("\n"),
    );
    ok(verdicts.includes("allowed") && verdicts.includes("denied"));
  },
});

testWith("podman", "explain says what a container may do", async () => {
  await using tree = await makeTree();
  // The container's user is nobody of this machine's.
  await Deno.chmod(tree.path, 0o755);
  await Deno.chmod(`${tree.path}/out`, 0o777);
  const questions: readonly Question[] = [
    ["read", "/data/file"],
    ["read", "/data/../data/file"],
    ["read", "/out/file"],
    ["read", `${tree.path}/secret/file`],
    ["read", "in.txt"],
    ["read", "./in.txt"],
    ["write", "/data/new"],
    ["write", "/out/new"],
    ["write", `${tree.path}/closed/new`],
    ["write", "mine.txt"],
    ["env", "HOME"],
    ["env", "MINE"],
    ["env", "SHOWN"],
    ["spawn"],
  ];
  const test = ([kind, value]: Question) =>
    kind === "read"
      ? `cat ${value} > /dev/null`
      : kind === "write"
      ? `: > ${value}`
      : kind === "env"
      ? `test -n "\${${value}+set}"`
      : "/bin/true";
  const script = [
    "echo x > in.txt",
    ...questions.map((it, i) => `(${test(it)}) 2>/dev/null && echo "Q${i} ok" || echo "Q${i} no"`),
  ].join("\n");
  await using work = await makeFiles({
    "policy.yaml": `bulkhead:
  filesystem: closed
  env: {allow: [SHOWN]}
  containers:
    engine: podman
    volumes: ["${tree.path}/open", "${tree.path}/out:rw"]
`,
    "flow.yaml": JSON.stringify({
      id: "f",
      namespace: "a.b",
      tasks: [{
        id: "t",
        type: "io.kestra.plugin.scripts.shell.Script",
        containerImage: PODMAN_IMAGE,
        env: { MINE: "1" },
        taskRunner: {
          type: "io.kestra.plugin.scripts.runner.docker.Docker",
          volumes: [`${tree.path}/open:/data`, `${tree.path}/out:/out:rw`],
        },
        script,
      }],
    }),
  });
  const env: Record<string, string> = { SHOWN: "1" };
  for (const name of ["PATH", "CONTAINERS_CONF", "CONTAINERS_STORAGE_CONF"]) {
    const value = Deno.env.get(name);
    if (value !== undefined) env[name] = value;
  }
  const run = await runFlow(["flow.yaml", "-p", "policy.yaml"], { cwd: work.path, env });
  equal(run.code, 0, `${run.stderr}${run.logs.join("\n")}`);
  const verdicts = await explained(work.path, "t", questions, env);
  const shown = (of: (i: number) => string) =>
    questions.map((it, i) => `${it.join(" ")}: ${of(i)}`);
  deepEqual(
    shown((i) => verdicts[i]!),
    shown((i) => run.logs.some((it) => it.endsWith(`Q${i} ok`)) ? "allowed" : "denied"),
    run.logs.join("\n"),
  );
  ok(verdicts.includes("allowed") && verdicts.includes("denied"));
});

Deno.test("explain says what a script module in a Deno child may do", async () => {
  using server = listen();
  await using tree = await makeTree();
  const questions = questionsOf(tree.path, server.port).filter(([kind]) => kind !== "env");
  const variables = [["env", "SHOWN"], ["env", "HIDDEN"], ["env", "MINE"]] as const;
  await using work = await makeFiles({
    "policy.yaml": `kestra:
  ee: {java-security: {enabled: true, forbidden-class-prefix: [io.kestra.plugin.scripts.deno]}}
  local-files: {allowed-paths: ["${tree.path}/open"]}
bulkhead:
  kernel: prefer
  filesystem: closed
  writable: ["${tree.path}/out"]
  network: {allow: ["127.0.0.1:${server.port}"]}
  env: {allow: [SHOWN]}
  scripts: {in-process: [deno]}
`,
    "flow.yaml": JSON.stringify({
      id: "f",
      namespace: "a.b",
      tasks: [{
        id: "t",
        type: "io.kestra.plugin.scripts.deno.Script",
        env: { MINE: "1" },
        script: `const QUESTIONS = ${JSON.stringify(questions)};
Deno.writeTextFileSync("in.txt", "x");
Deno.mkdirSync("a");
${TRY}
const seen = ${
          JSON.stringify(variables.map(([, name]) => name))
        }.map((it) => Deno.env.get(it) !== undefined);
console.log(JSON.stringify({ said, seen }));`,
      }],
    }),
  });
  const run = await runFlow(["flow.yaml", "-p", "policy.yaml"], {
    cwd: work.path,
    env: { SHOWN: "1", HIDDEN: "1" },
  });
  equal(run.code, 0, `${run.stderr}${run.logs.join("\n")}`);
  const line = run.logs.find((it) => it.includes('{"said"'))!;
  const { said, seen }: { said: readonly string[]; seen: readonly boolean[] } = JSON.parse(
    line.slice(line.indexOf("{")),
  );
  // What a script is not given is not there, and asking for it is no error.
  const came = [
    ...said.map((it, i) => verdictOf(questions[i]!, it)),
    ...seen.map((it) => it ? "allowed" : "denied"),
  ];
  const all: readonly Question[] = [...questions, ...variables];
  const verdicts = await explained(work.path, "t", all);
  const shown = (list: readonly string[]) => all.map((it, i) => `${it.join(" ")}: ${list[i]}`);
  deepEqual(shown(verdicts), shown(came), line);
});
