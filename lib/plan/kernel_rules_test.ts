import { deepEqual, equal, ok } from "node:assert/strict";
import type { Kernel, Permission, Permissions } from "../model/mod.ts";
import { kernelRules } from "./kernel_rules.ts";

const KERNEL: Kernel = {
  landlock: 7,
  lacks: [],
  arch: "x86_64",
  libraries: ["/lib/ld-linux.so.2", "/lib/libc.so.6"],
  resolver: ["/etc/resolv.conf", "/etc/hosts"],
};
const CODE = {
  directory: "/code",
  builtIn: "/code/b",
  eval: "/code/e",
  plugin: "/code/p",
  script: "/code/s",
  importMap: "/code/m",
  guardedImportMap: "/code/g",
  modules: [],
};
const nothing: Permission = { allow: [], deny: [] };
const some = (allow: Permission["allow"]): Permission => ({ allow, deny: [] });

function rules(
  given: Partial<Permissions>,
  spawn: boolean,
  more: { readonly transpiles?: boolean } = {},
) {
  const permissions: Permissions = {
    read: some(["<workspace>", "/srv"]),
    write: some(["<workspace>"]),
    net: nothing,
    env: nothing,
    run: nothing,
    ffi: nothing,
    sys: nothing,
    import: nothing,
    ...given,
  };
  return kernelRules({ runtime: "/deno", code: CODE, permissions, spawn, ...more }, KERNEL);
}

Deno.test("kernelRules() opens what Deno's lists open, and what the runtime is made of", () => {
  const { read, write, execute } = rules({}, false);
  deepEqual(read, ["/deno", ...KERNEL.libraries, "/code", "<workspace>", "/srv"]);
  deepEqual(write, ["<workspace>"]);
  deepEqual(execute, ["/deno", "/lib/ld-linux.so.2"], "nothing else is started");
});

Deno.test("kernelRules() lets a class that may spawn start what it may read", () => {
  ok(rules({}, true).execute.includes("/srv"));
});

Deno.test.each([
  { name: "nothing", net: some([]), sockets: "none", ports: [] },
  { name: "everything", net: some("all"), sockets: "internet", ports: "all" },
  {
    name: "hosts with ports",
    net: some(["a:443", "b:443", "c:80"]),
    sockets: "internet",
    ports: [443, 80],
  },
  { name: "an address with a port", net: some(["[::1]:443"]), sockets: "internet", ports: [443] },
  { name: "an address without one", net: some(["::1"]), sockets: "internet", ports: "all" },
  { name: "a host without one", net: some(["a:443", "b"]), sockets: "internet", ports: "all" },
])("kernelRules() with a network of $name", ({ net, sockets, ports }) => {
  const made = rules({ net }, false);
  equal(made.sockets, sockets);
  deepEqual(made.ports, ports);
});

Deno.test("kernelRules() opens the resolver's files where Deno still closes them, and only there", () => {
  const opens = (net: Permission, spawn: boolean) =>
    KERNEL.resolver.every((it) => rules({ net }, spawn).read.includes(it));
  equal(opens(some("all"), false), true);
  equal(opens(some("all"), true), false, "a subprocess would read them");
  equal(opens(some([]), false), false, "there is no name to resolve");
});

Deno.test("kernelRules() opens /proc to who transpiles and starts nothing, and to nobody else", () => {
  const lookup = (spawn: boolean, more = {}) => rules({}, spawn, more).lookup;
  deepEqual(lookup(false, { transpiles: true }), ["/proc"]);
  equal(lookup(true, { transpiles: true }), undefined, "a subprocess would read it");
  equal(lookup(false), undefined);
});

Deno.test("kernelRules() opens nothing of the runtime to a program of the host's", () => {
  const nothing = some([]);
  const permissions = {
    read: some(["<workspace>"]),
    write: some(["<workspace>"]),
    net: nothing,
    env: nothing,
    run: nothing,
    ffi: nothing,
    sys: nothing,
    import: nothing,
  };
  const { read, execute } = kernelRules({ permissions, spawn: true }, KERNEL);
  deepEqual(read, [...KERNEL.libraries, "<workspace>"]);
  deepEqual(execute, ["/lib/ld-linux.so.2", "<workspace>"]);
});
