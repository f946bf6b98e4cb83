import { equal, match, ok } from "node:assert/strict";
import { need, testWith } from "../must.ts";
import {
  type Attempt,
  confined,
  idsOf,
  legsOf,
  SCRATCH,
  SPAWNING_EVAL,
  unconfined,
} from "./attack.ts";
import { type Box, lazily, makeBox, makeWord } from "./box.ts";
import { finished } from "./harness.ts";
import { speakElsewhere, speakTcp, speakUnix } from "./speakers.ts";

const SECRET = makeWord("secret");
const GRANTED = makeWord("granted");

const ran = (file: string, args: string) =>
  `const it = new Deno.Command(${file}, { args: [${args}], stdin: "null" }).outputSync();
  const text = (bytes) => new TextDecoder().decode(bytes);
  if (!it.success) throw new Error(text(it.stderr));
  return text(it.stdout);`;
const perl = (script: string, ...args: string[]) =>
  ran(`"/usr/bin/perl"`, [`"-e"`, JSON.stringify(script), ...args].join(", "));
const TALK = `select S; $| = 1; select STDOUT; print S "x\\n"; print while <S>;`;
const UNIX = `use Socket; socket(S, AF_UNIX, SOCK_STREAM, 0) or die "no socket: $!";
connect(S, pack_sockaddr_un(join "", map { $_ eq "abstract" ? "\\0" : $_ } @ARGV)) or die "$!";
${TALK}`;
const TCP = `use Socket; socket(S, AF_INET, SOCK_STREAM, 0) or die "no socket: $!";
connect(S, pack_sockaddr_in($ARGV[0], inet_aton("127.0.0.1"))) or die "$!"; ${TALK}`;
const connected = (options: string) =>
  `using it = await Deno.connect(${options});
  await it.write(new Uint8Array([120, 10]));
  return await new Response(it.readable).text();`;
const dialled = (options: string) =>
  `const it = (await import("node:net")).createConnection(${options});
  it.write("x\\n");
  return (await Array.fromAsync(it)).join("");`;
const evaluated = (options: string) =>
  ran(
    "Deno.execPath()",
    `"eval", "--no-lock", "const it = await Deno.connect(" + JSON.stringify(${options}) + ");" +
      "await it.write(new Uint8Array([120, 10]));" +
      "console.log(await new Response(it.readable).text())"`,
  );

/** A way to speak to a socket, and the same way to a TCP port. */
const ways = [
  {
    way: "Deno.connect",
    code: connected(`{ transport: "unix", path: socket }`),
    control: connected(`{ hostname: "127.0.0.1", port: +port }`),
  },
  {
    way: "node:net",
    code: dialled("socket"),
    control: dialled(`+port, "127.0.0.1"`),
  },
  {
    way: "the runtime with all permissions",
    code: evaluated(`{ transport: "unix", path: socket }`),
    control: evaluated(`{ hostname: "127.0.0.1", port: +port }`),
  },
  { way: "perl", code: perl(UNIX, "socket"), control: perl(TCP, "port") },
] as const;

const rows = [
  ...["the engine's", "D-Bus's", "one in a writable directory"].flatMap((whose) =>
    ways.map((it) => ({ whose, ...it }))
  ),
  {
    whose: "an abstract one",
    way: "perl",
    code: perl(UNIX, `"abstract"`, "socket"),
    control: perl(TCP, "port"),
  },
  {
    whose: "an abstract one",
    way: "node:net",
    code: dialled(`{ path: "\\0" + socket }`),
    control: dialled(`+port, "127.0.0.1"`),
  },
];

const boxes: Box[] = [];
const stack = new AsyncDisposableStack();
Deno.test.afterAll(async () => {
  await stack.disposeAsync();
  for (const it of boxes) await it[Symbol.asyncDispose]();
});

const spoken = lazily(async () => {
  const box = await makeBox();
  boxes.push(box);
  const inside = (path: string) => `${box.root}/in/${path}`;
  for (const it of ["out", "dbus", "ws", "free"]) {
    await Deno.mkdir(inside(it), { recursive: true });
  }
  const abstract = crypto.randomUUID();
  const sockets: Readonly<Record<string, string>> = {
    "the engine's": inside("engine.sock"),
    "D-Bus's": inside("dbus/system_bus_socket"),
    "one in a writable directory": inside("out/own.sock"),
    "an abstract one": abstract,
  };
  for (const path of Object.values(sockets).filter((it) => it.startsWith("/"))) {
    const listener = speakUnix(path, SECRET);
    stack.defer(() => listener.close());
  }
  stack.use(await speakElsewhere(SECRET, abstract));
  const tcp = speakTcp("127.0.0.1", 0, GRANTED);
  stack.defer(() => tcp.close());
  const policy = await box.write(
    "policy.yaml",
    `kestra: { ee: { java-security: { enabled: true, authorized-class-prefix: [${SPAWNING_EVAL}] } } }
bulkhead: { writable: [${inside("out")}] }
`,
  );
  const attempt = (i: number, leg: "attack" | "control"): Attempt => {
    const { whose, code, control } = rows[i]!;
    return {
      id: idsOf(i)[leg],
      type: SPAWNING_EVAL,
      code: leg === "attack" ? code : control,
      given: { socket: sockets[whose]!, port: String(tcp.addr.port), scratch: SCRATCH },
    };
  };
  const [reached, said] = await Promise.all([
    unconfined(rows.map((_, i) => attempt(i, "attack")), inside("free")),
    confined(
      rows.flatMap((_, i) => [attempt(i, "attack"), attempt(i, "control")]),
      `${box.root}/flow.yaml`,
      ["-p", policy, "--workspace", inside("ws")],
      {
        env: {
          DOCKER_HOST: `unix://${inside("engine.sock")}`,
          DBUS_SYSTEM_BUS_ADDRESS: `unix:path=${inside("dbus/system_bus_socket")}`,
        },
      },
    ),
  ]);
  return { reached, said };
});

for (const [i, { whose, way }] of rows.entries()) {
  testWith("landlock", `boundary: sockets: ${whose}, by ${way}, is out of reach`, async () => {
    const { reached, said } = await spoken();
    const { unconfined, control, attack } = legsOf(i, reached, said);
    ok(unconfined.result?.includes(SECRET), `the attack is broken: ${unconfined.error}`);
    ok(String(control.outputs.result).includes(GRANTED), `the control is broken: ${control.error}`);
    equal(attack.state, "WARNING");
    const told = JSON.stringify(
      said.events.filter((it) => "task" in it && it.task === attack.task),
    );
    ok(!told.includes(SECRET), told);
  });
}

testWith(
  "engine",
  "boundary: sockets: the engine's client, started by a task, has no engine",
  async () => {
    await using box = await makeBox();
    const policy = await box.write(
      "policy.yaml",
      `kestra: { ee: { java-security: { enabled: true, authorized-class-prefix: [${SPAWNING_EVAL}] } } }\n`,
    );
    const { stdout } = await new Deno.Command("sh", { args: ["-c", "command -v docker"] }).output();
    const client = new TextDecoder().decode(stdout).trim();
    const attempt = (id: string, args: string): Attempt => ({
      id,
      type: SPAWNING_EVAL,
      code: ran(JSON.stringify(client), args),
      given: { scratch: SCRATCH },
    });
    const server = attempt("server", `"version", "--format", "{" + "{.Server.Version}" + "}"`);
    const own = attempt("own", `"version", "--format", "{" + "{.Client.Version}" + "}"`);
    await Deno.mkdir(`${box.root}/free`);
    const free = await unconfined([server], `${box.root}/free`, {
      DOCKER_HOST: Deno.env.get("DOCKER_HOST") ?? "",
    });
    ok(free.get("server")?.result, free.get("server")?.error);
    const args = ["-p", policy, "--workspace", `${box.root}/ws`];
    const said = await confined([server, own], `${box.root}/flow.yaml`, args);
    const { state, error } = finished(said, "server");
    equal(state, "WARNING");
    match(error ?? "", /permission denied|[Cc]annot connect/);
  },
);

/** Run as another user, from files that it can read. */
const DRIVER = `
import { openKernelThreads, readKernel, spawnHere } from "./lib/kernel/mod.ts";
const [socket, port, unix, tcp] = Deno.args;
const kernel = readKernel();
if (typeof kernel === "string") throw new Error(kernel);
const PROGRAMS = ["/bin", "/usr", "/lib", "/lib64", "/etc"];
const rules = {
  read: PROGRAMS,
  execute: PROGRAMS,
  write: [],
  devices: ["/dev/null"],
  sockets: "internet",
  ports: "all",
};
const said = async (process) => {
  await process.stdin.close();
  const [out, err] = await Promise.all([
    new Response(process.stdout).text(),
    new Response(process.stderr).text(),
  ]);
  await process.status;
  return out + err;
};
const perl = (script, ...args) =>
  ({ argv: ["/usr/bin/perl", "-e", script, ...args], env: {}, cwd: "/" });
using threads = openKernelThreads(kernel);
console.log(JSON.stringify({
  uid: Deno.uid(),
  free: await said(spawnHere(perl(unix, socket))),
  attack: await said(await threads.spawn(rules, perl(unix, socket))),
  control: await said(await threads.spawn(rules, perl(tcp, port))),
}));
`;

const landlock = need("landlock").reason;
const lacks = Deno.uid() !== 0 ? "only a superuser starts processes of another user" : landlock;
Deno.test({
  name: `boundary: sockets: a user whose group owns the socket is kept from it as well${
    lacks && ` [ignored: ${lacks}]`
  }`,
  ignore: lacks !== "",
  async fn() {
    const GROUP = 64_999;
    await using box = await makeBox();
    await Deno.chmod(box.root, 0o755);
    for (const room of ["kernel", "model"]) {
      await Deno.mkdir(`${box.root}/lib/${room}`, { recursive: true });
      const from = new URL(`../../lib/${room}/`, import.meta.url);
      for await (const { name, isFile } of Deno.readDir(from)) {
        if (isFile) await Deno.copyFile(new URL(name, from), `${box.root}/lib/${room}/${name}`);
      }
    }
    const driver = await box.write("driver.js", DRIVER);
    const runtime = `${box.root}/deno`;
    await Deno.copyFile(Deno.execPath(), runtime);
    await Deno.chmod(runtime, 0o755);
    const socket = `${box.root}/engine.sock`;
    using listener = speakUnix(socket, SECRET);
    await Deno.chown(socket, 0, GROUP);
    await Deno.chmod(socket, 0o660);
    using tcp = speakTcp("127.0.0.1", 0, GRANTED);
    const runAs = async (gid: number) => {
      const args = ["run", "-A", "--no-config", "--no-check", driver];
      const { stdout, stderr } = await new Deno.Command(runtime, {
        args: [...args, socket, String(tcp.addr.port), UNIX, TCP],
        uid: 65_534,
        gid,
        clearEnv: true,
        env: { DENO_DIR: "/dev/null/none", DENO_EMIT_CACHE_MODE: "disable", NO_COLOR: "1" },
        cwd: "/",
      }).output();
      const text = new TextDecoder().decode(stdout);
      if (text === "") throw new Error(new TextDecoder().decode(stderr));
      return JSON.parse(text);
    };
    const member = await runAs(GROUP);
    equal(member.uid, 65_534);
    ok(member.free.includes(SECRET), `the attack is broken: ${member.free}`);
    ok(member.control.includes(GRANTED), `the control is broken: ${member.control}`);
    ok(!member.attack.includes(SECRET), member.attack);
    match(member.attack, /no socket: Permission denied/);
    // The group is what lets it in where nothing confines it.
    const stranger = await runAs(65_534);
    match(stranger.free, /Permission denied/);
    ok(listener);
  },
});
