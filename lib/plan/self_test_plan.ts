import type {
  ChildCode,
  HostFacts,
  Permissions,
  Prop,
  Runtime,
  SelfTestPlan,
  Trial,
} from "../model/mod.ts";
import { denoArgv } from "./deno_argv.ts";
import { kernelRules } from "./kernel_rules.ts";

const NONE = { allow: [], deny: [] } as const;
const CLOSED = { allow: [], deny: "all" } as const;

/** Ports that nobody listens on: a connection is refused by the other side, unless a layer was first. */
const PORT = { both: 1, denoOnly: 2, kernelOnly: 3 } as const;
/** The first ABI of Landlock that governs ports. */
const ABI_OF_PORTS = 4;

const VARIABLE = { granted: "BULKHEAD_GRANTED", withheld: "BULKHEAD_WITHHELD" } as const;

/** What a self-test is made for. */
export interface SelfTestQuestion {
  /** Absolute, real path of a directory that is the test's own. */
  readonly directory: string;
  readonly runtime: Runtime;
  readonly kernel: HostFacts["kernel"];
  /** A program of this machine that is not the runtime; without one a script is written. */
  readonly program: string | undefined;
}

/**
 * Plans the proof that the layers of children hold on this machine.
 *
 * One child has the flags of one set of permissions and the kernel rules of another. What only
 * the kernel's set allows must be refused by Deno, what only Deno's allows by the kernel; what
 * both allow must succeed. So neither layer can answer for the other.
 *
 * The probes of the Deno layer are the rules that our flags rest on: a denial below a grant holds,
 * and one of the same path; a grant ends at a name's end; what is not listed is refused.
 */
export function selfTestPlan(question: SelfTestQuestion): SelfTestPlan {
  const { directory, runtime, kernel, program } = question;
  const at = (name: string) => `${directory}/${name}`;
  const main = at("code/main.mjs");
  const deno: Permissions = {
    read: {
      allow: ["open", "same", "beyond", "out"].map(at),
      deny: ["open/closed", "same"].map(at),
    },
    write: { allow: ["out", "beyond"].map(at), deny: [at("out/closed")] },
    net: {
      allow: [host(PORT.both), host(PORT.denoOnly), `unix:${at("out/none")}`],
      deny: [],
    },
    env: { allow: [VARIABLE.granted], deny: [] },
    run: CLOSED,
    ffi: CLOSED,
    sys: NONE,
    import: CLOSED,
  };
  const wider: Permissions = {
    ...deno,
    // The program may be read, so that it is the start alone that is refused.
    read: {
      allow: [
        ...["open", "openly", "same", "unlisted", "out"].map(at),
        ...program ? [program] : [],
      ],
      deny: [],
    },
    write: { allow: ["out", "open"].map(at), deny: [] },
    net: { allow: [host(PORT.both), host(PORT.kernelOnly)], deny: [] },
  };
  // Its interpreter may be started; it itself may not.
  const script = {
    path: at("open/program"),
    text: `#!${runtime.path} --version\n`,
    executable: true,
  } as const;
  const code: Pick<ChildCode, "directory"> = { directory: at("code") };
  return {
    directory,
    main,
    argv: denoArgv({ runtime: runtime.path, main }, deno),
    env: { [VARIABLE.granted]: "granted", [VARIABLE.withheld]: "withheld" },
    ...(kernel.found && {
      kernel: kernelRules(
        { runtime: runtime.path, code, permissions: wider, spawn: false },
        kernel.value,
      ),
    }),
    props: [...propsIn(at), script],
    trials: [
      ...denoTrials(at, runtime.path),
      ...(kernel.found ? kernelTrials(at, kernel.value.landlock, program ?? script.path) : []),
    ],
  };
}

type At = (name: string) => string;

function host(port: number): string {
  return `127.0.0.1:${port}`;
}

function propsIn(at: At): readonly Prop[] {
  const words = ["open", "open/closed", "openly", "same", "unlisted", "beyond"];
  return [
    ...["code", ...words, "out", "out/closed"].map((it) => ({ path: at(it) })),
    ...words.map((it) => ({ path: at(`${it}/word`), text: "word" })),
    ...["open", "unlisted"].map((it) => ({ path: at(`${it}/module.mjs`), text: "export {};" })),
    { path: at("beyond/data.json"), text: "{}" },
    { path: at("open/link"), target: at("beyond/word") },
  ];
}

function denoTrials(at: At, runtime: string): readonly Trial[] {
  const child = (
    kind: Trial["kind"],
    what: string,
    attempt: Trial["attempt"],
  ): Trial => ({ layer: "deno", kind, what, by: "child", attempt });
  return [
    child("control", "read a granted file", { do: "read", path: at("open/word") }),
    child("probe", "read below a denial within a grant", {
      do: "read",
      path: at("open/closed/word"),
    }),
    child("probe", "read what is granted and denied alike", { do: "read", path: at("same/word") }),
    child("probe", "read beside a grant whose name begins alike", {
      do: "read",
      path: at("openly/word"),
    }),
    child("probe", "read what is not listed", { do: "read", path: at("unlisted/word") }),
    child("control", "import a granted module", { do: "import", path: at("open/module.mjs") }),
    child("probe", "import a module that is not listed", {
      do: "import",
      path: at("unlisted/module.mjs"),
    }),
    child("control", "write where that is granted", { do: "write", path: at("out/word") }),
    child("probe", "write where only reading is granted", { do: "write", path: at("open/new") }),
    child("probe", "write below a denial within a grant", {
      do: "write",
      path: at("out/closed/new"),
    }),
    child("control", "see a granted variable", { do: "environment", name: VARIABLE.granted }),
    child("probe", "see another variable", { do: "environment", name: VARIABLE.withheld }),
    child("control", "connect to a granted port", { do: "connect", port: PORT.both }),
    child("probe", "connect to another port", { do: "connect", port: PORT.kernelOnly }),
    child("control", "be started, and answer", { do: "answer" }),
    child("probe", "start the runtime", { do: "execute", path: runtime }),
    {
      layer: "deno",
      kind: "control",
      what: "load a library, by the harness",
      by: "harness",
      attempt: { do: "link-library", path: "libc.so.6" },
    },
    child("probe", "load a library", { do: "link-library", path: "libc.so.6" }),
  ];
}

function kernelTrials(at: At, abi: number, program: string): readonly Trial[] {
  const trial = (
    kind: Trial["kind"],
    by: Trial["by"],
    what: string,
    attempt: Trial["attempt"],
  ): Trial => ({ layer: "kernel", kind, what, by, attempt });
  const beyond = { do: "read", path: at("beyond/word") } as const;
  return [
    trial("control", "child", "read what both layers grant", {
      do: "read",
      path: at("open/word"),
    }),
    trial("control", "harness", "read anything, by the harness", beyond),
    trial("probe", "child", "read what only Deno grants", beyond),
    trial("probe", "child", "read through a link in a granted directory", {
      do: "read",
      path: at("open/link"),
    }),
    trial("probe", "child", "import statically", { do: "import-literally" }),
    trial("control", "child", "write what both layers grant", {
      do: "write",
      path: at("out/word"),
    }),
    trial("probe", "child", "write what only Deno grants", {
      do: "write",
      path: at("beyond/new"),
    }),
    trial("control", "child", "connect to a port that both layers grant", {
      do: "connect",
      port: PORT.both,
    }),
    ...(abi < ABI_OF_PORTS ? [] : [
      trial("probe", "child", "connect to a port that only Deno grants", {
        do: "connect",
        port: PORT.denoOnly,
      }),
    ]),
    trial("control", "harness", "connect to a Unix socket, by the harness", {
      do: "connect-unix",
      path: at("out/none"),
    }),
    // Relative, because the path of a socket may not be long.
    trial("probe", "child", "connect to a Unix socket", { do: "connect-unix", path: "out/none" }),
    trial("control", "harness", "start a program, by the harness", {
      do: "execute",
      path: program,
    }),
    trial("probe", "beside", "start a program", { do: "execute", path: program }),
  ];
}
