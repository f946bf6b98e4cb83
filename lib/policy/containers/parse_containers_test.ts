import { deepEqual, equal, match, ok } from "node:assert/strict";
import { type Diagnostic, StageError } from "../../model/mod.ts";
import { parsePolicy } from "../parse_policy.ts";
import { checkPattern } from "../rules/safe_pattern.ts";
import { GIVEN, WITHHELD } from "./capabilities.ts";

const parse = (text: string) => parsePolicy(text, "p.yaml", checkPattern);
const values = (list?: { readonly items: readonly { readonly value: string }[] }) =>
  list?.items.map((it) => it.value);

function complaints(text: string): readonly Diagnostic[] {
  try {
    parse(text);
    return [];
  } catch (error) {
    ok(error instanceof StageError, String(error));
    return error.diagnostics;
  }
}

Deno.test("parsePolicy() reads all that is said of containers and scripts, in both spellings", () => {
  const { containers, inProcess } = parse(`bulkhead:
  containers:
    engine: podman
    transport: cli
    images: { allow: [ubuntu, "python:3.*"], deny: ["*:latest"], require-digest: true }
    networks: [none]
    users: ["65534:65534"]
    capabilities: [NET_BIND_SERVICE, CAP_CHOWN, cap_kill]
    volumes: ["/data/in/", "/data/out/../out:rw", /srv:ro]
    devices: [nvidia]
    ports: [8080, "09000-9010", "7-7"]
    read-only: false
    cpus: 0.5
    memory: 2GB
    shm: 64MB
    tmp: 1KB
    privileged: false
  scripts: { in-process: [deno, node] }
`);
  const { networks, users, imagesAllow, imagesDeny, capabilities, devices, ports } = containers!;
  deepEqual(values(networks), ["none"]);
  deepEqual(values(users), ["65534:65534"]);
  deepEqual(values(imagesAllow), ["ubuntu", "python:3.*"]);
  deepEqual(values(imagesDeny), ["*:latest"]);
  deepEqual(values(capabilities), ["NET_BIND_SERVICE", "CHOWN", "KILL"]);
  deepEqual(values(devices), ["nvidia"]);
  deepEqual(values(ports), ["8080", "9000-9010", "7"]);
  deepEqual(values(inProcess), ["deno", "node"]);
  deepEqual(containers!.volumes?.items.map((it) => [it.value, it.readOnly]), [
    ["/data/in", true],
    ["/data/out", false],
    ["/srv", true],
  ]);
  const { engine, transport, digestRequired, readOnly, cpus, memory, shm, tmp } = containers!;
  deepEqual(
    [engine, transport, digestRequired, readOnly, cpus, memory, shm, tmp].map((it) => it?.value),
    ["podman", "cli", true, false, 0.5, 2 * 2 ** 30, 64 * 2 ** 20, 1024],
  );
  deepEqual(imagesAllow!.items[1]!.source, { file: "p.yaml", line: 5, column: 31 });
  deepEqual(memory!.source, { file: "p.yaml", line: 14, column: 13 });

  const camel = parse(
    "bulkhead: {containers: {images: {requireDigest: true}, readOnly: true}, scripts: {inProcess: []}}",
  );
  equal(camel.containers?.digestRequired?.value, true);
  equal(camel.containers?.readOnly?.value, true);
  deepEqual(values(camel.inProcess), []);
});

Deno.test("parsePolicy() tells a file that gives no volumes from one that says nothing of them", () => {
  deepEqual(parse("bulkhead: {containers: {volumes: false}}").containers?.volumes?.items, []);
  equal(parse("bulkhead: {containers: {cpus: 1}}").containers?.volumes, undefined);
  const [nothing] = complaints("bulkhead: {containers: {privileged: false}}");
  equal(nothing?.code, "policy/says-nothing");
});

/** Each refusal, with its place and what it says, beside the twin that is accepted. */
Deno.test.each([
  {
    name: "a misspelt key",
    text: "{read-onyl: true}",
    code: "policy/unknown-key",
    says: /"readOnly"/,
    control: "{read-only: true}",
  },
  {
    name: "a misspelt key of images",
    text: "{images: {alow: [a]}}",
    code: "policy/unknown-key",
    says: /Did you mean "allow"/,
    control: "{images: {allow: [a]}}",
  },
  {
    name: "a list of images that lets none in",
    text: "{images: {allow: []}}",
    code: "policy/wrong-value",
    says: /at least one entry/,
    control: "{images: {deny: ['*']}}",
  },
  {
    name: "an engine that is found by its name alone",
    text: "{engine: dokcer}",
    code: "policy/bad-engine",
    says: /Did you mean "docker"/,
    control: "{engine: /opt/bin/dokcer}",
  },
  {
    name: "a transport that is none",
    text: "{transport: http}",
    code: "policy/wrong-value",
    says: /"cli"/,
    control: "{transport: api}",
  },
  {
    name: "a pattern of images that is none",
    text: "{images: {deny: ['Ubuntu:*']}}",
    code: "policy/bad-image-pattern",
    says: /"Ubuntu" is not in lower case/,
    control: "{images: {deny: ['ubuntu:*']}}",
  },
  {
    name: "all capabilities",
    text: "{capabilities: [ALL]}",
    code: "policy/bad-capability",
    says: /each is named for itself.*NET_BIND_SERVICE/,
    control: `{capabilities: [${GIVEN.join()}]}`,
  },
  {
    name: "a capability that Linux does not have",
    text: "{capabilities: [NET_BIND]}",
    code: "policy/bad-capability",
    says: /Linux has no such capability/,
    control: "{capabilities: [NET_BIND_SERVICE]}",
  },
  {
    name: "a capability with a slip in it",
    text: "{capabilities: [CHWON]}",
    code: "policy/bad-capability",
    says: /Did you mean "CHOWN"/,
    control: "{capabilities: [CHOWN]}",
  },
  {
    name: "a capability that undoes the isolation, by any of its names",
    text: "{capabilities: [cap_sys_admin]}",
    code: "policy/unsafe-capability",
    says: /mount file systems and leave the container/,
    control: "{capabilities: [cap_sys_chroot]}",
  },
  {
    name: "a name that every object has as a capability",
    text: "{capabilities: [constructor]}",
    code: "policy/bad-capability",
    says: /Linux has no such capability/,
    control: "{capabilities: [kill]}",
  },
  {
    name: "the whole machine as a volume",
    text: "{volumes: ['/data/..:ro']}",
    code: "policy/bad-volume",
    says: /the whole machine/,
    control: "{volumes: ['/data:ro']}",
  },
  {
    name: "what the kernel shows as a volume",
    text: "{volumes: [/data/../proc/1/root]}",
    code: "policy/bad-volume",
    says: /what "\/proc" shows/,
    control: "{volumes: [/process]}",
  },
  {
    name: "devices as a volume",
    text: "{volumes: ['/dev:rw']}",
    code: "policy/bad-volume",
    says: /what "\/dev" shows/,
    control: "{volumes: ['/device:rw']}",
  },
  {
    name: "a relative volume",
    text: "{volumes: ['data:rw']}",
    code: "policy/bad-volume",
    says: /not absolute/,
    control: "{volumes: ['/data:rw']}",
  },
  {
    name: "a volume with a place in the container",
    text: "{volumes: ['/data:/mnt:ro']}",
    code: "policy/bad-volume",
    says: /"\/mnt:ro" is neither "ro" nor "rw"/,
    control: "{volumes: ['/data:ro']}",
  },
  {
    name: "a volume with an empty mode",
    text: "{volumes: ['/data:']}",
    code: "policy/bad-volume",
    says: /"" is neither/,
    control: "{volumes: ['/data']}",
  },
  {
    name: "a volume for reading in one for writing",
    text: "{volumes: ['/data:rw', '/data/in:ro']}",
    code: "policy/bad-volume",
    says: /"\/data" gives it for writing/,
    control: "{volumes: ['/data:ro', '/data/out:rw']}",
  },
  {
    name: "volumes that are a text",
    text: "{volumes: /data}",
    code: "policy/wrong-value",
    says: /expected false, or a list of paths/,
    control: "{volumes: []}",
  },
  {
    name: "all volumes",
    text: "{volumes: true}",
    code: "policy/wrong-value",
    says: /expected false, or a list of paths/,
    control: "{volumes: false}",
  },
  {
    name: "a device by its file",
    text: "{devices: [/dev/dri]}",
    code: "policy/bad-device",
    says: /no name of a driver/,
    control: "{devices: [dri]}",
  },
  {
    name: "a port that is none",
    text: "{ports: [0]}",
    code: "policy/bad-port",
    says: /"0"/,
    control: "{ports: [1]}",
  },
  {
    name: "a range of ports that goes down",
    text: "{ports: ['9010-9000']}",
    code: "policy/bad-port",
    says: /no range of ports/,
    control: "{ports: ['9000-9010']}",
  },
  {
    name: "no processors",
    text: "{cpus: 0}",
    code: "policy/wrong-value",
    says: /0.01 processors or more/,
    control: "{cpus: 0.01}",
  },
  {
    name: "processors as text",
    text: "{cpus: '2'}",
    code: "policy/wrong-value",
    says: /expected number/,
    control: "{cpus: 2}",
  },
  {
    name: "less memory than engines give",
    text: "{memory: 5MB}",
    code: "policy/wrong-value",
    says: /6MB or more/,
    control: "{memory: 6MB}",
  },
  {
    name: "a shared memory that is no size",
    text: "{shm: much}",
    code: "policy/wrong-value",
    says: /1KB or more/,
    control: "{shm: 1MB}",
  },
])("parsePolicy() refuses of containers $name", ({ text, code, says, control }) => {
  const found = complaints(`bulkhead:\n  containers: ${text}\n`);
  deepEqual(found.map((it) => it.code), [code]);
  const [{ message, help, at }] = found as [Diagnostic];
  match(`${message} ${help}`, says);
  equal(at?.line, 2);
  deepEqual(complaints(`bulkhead:\n  containers: ${control}\n`), []);
});

Deno.test("parsePolicy() refuses languages that do not run in a child", () => {
  const [found] = complaints("bulkhead: {scripts: {in-process: [python]}}");
  equal(found?.code, "policy/wrong-value");
  deepEqual(complaints("bulkhead: {scripts: {in-process: [bun]}}"), []);
});

Deno.test("every capability of Linux is given or withheld, with a reason", () => {
  // capabilities(7): 0 to 40.
  equal(new Set([...GIVEN, ...Object.keys(WITHHELD)]).size, 41);
  for (const [name, why] of Object.entries(WITHHELD)) {
    const [found] = complaints(`bulkhead: {containers: {capabilities: [CAP_${name}]}}`);
    equal(found?.code, "policy/unsafe-capability");
    ok(found.message.endsWith(`: ${why}`), found.message);
  }
});
