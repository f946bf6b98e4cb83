import { equal } from "node:assert/strict";
import fc from "fast-check";
import { seccompFilter } from "./seccomp_filter.ts";
import { type Arch, numberOf } from "./system_calls.ts";

const ARCHES = ["x86_64", "aarch64"] as const;
const AUDIT = { x86: 0xc000003e, arm: 0xc00000b7, i386: 0x40000003 };
const auditOf = (arch: Arch) => arch === "x86_64" ? AUDIT.x86 : AUDIT.arm;

interface Call {
  readonly arch: number;
  readonly nr: number;
  readonly argument: number;
}

/** Runs a filter as the kernel does, and says what becomes of the call. */
function verdict(filter: Uint8Array<ArrayBuffer>, call: Call): string {
  const view = new DataView(filter.buffer);
  let accumulator = 0;
  for (let at = 0; at < filter.length / 8; at++) {
    const code = view.getUint16(at * 8, true);
    const [yes, no] = [view.getUint8(at * 8 + 2), view.getUint8(at * 8 + 3)];
    const operand = view.getUint32(at * 8 + 4, true);
    switch (code) {
      case 0x20: // BPF_LD | BPF_W | BPF_ABS
        accumulator = ({ 0: call.nr, 4: call.arch, 16: call.argument })[operand]!;
        break;
      case 0x15: // BPF_JMP | BPF_JEQ | BPF_K
        at += accumulator === operand ? yes : no;
        break;
      case 0x35: // BPF_JMP | BPF_JGE | BPF_K
        at += accumulator >= operand ? yes : no;
        break;
      case 0x06: // BPF_RET | BPF_K
        if (operand === 0x7fff0000) return "allowed";
        if (operand === 0x80000000) return "killed";
        return `errno ${operand & 0xffff}`;
      default:
        throw new Error(`instruction ${code} is none of ours`);
    }
  }
  throw new Error("the filter has no end");
}

const FAMILIES = { unix: 1, inet: 2, inet6: 10, netlink: 16, packet: 17, alg: 38, vsock: 40 };

Deno.test.each(ARCHES.map((arch) => ({ arch })))(
  "seccompFilter() on $arch leaves sockets of the internet, and no others",
  ({ arch }) => {
    const socket = (sockets: "internet" | "none", argument: number) =>
      verdict(seccompFilter(arch, sockets), {
        arch: auditOf(arch),
        nr: numberOf("socket", arch),
        argument,
      });
    for (const it of [FAMILIES.inet, FAMILIES.inet6, FAMILIES.netlink]) {
      equal(socket("internet", it), "allowed");
      equal(socket("none", it), "errno 13");
    }
    for (const it of [FAMILIES.unix, FAMILIES.packet, FAMILIES.alg, FAMILIES.vsock]) {
      equal(socket("internet", it), "errno 13");
      equal(socket("none", it), "errno 13");
    }
  },
);

Deno.test("seccompFilter() refuses what it names, kills other architectures, and allows the rest", () => {
  const refused = {
    io_uring_setup: 38,
    io_uring_enter: 38,
    io_uring_register: 38,
    open_by_handle_at: 1,
    bpf: 1,
    perf_event_open: 1,
    userfaultfd: 1,
    kexec_load: 1,
    add_key: 1,
    request_key: 1,
    keyctl: 1,
  } as const;
  const seen = { allowed: 0, killed: 0 };
  fc.assert(
    fc.property(
      fc.constantFrom(...ARCHES),
      fc.constantFrom("internet" as const, "none" as const),
      fc.constantFrom(...Object.values(AUDIT)),
      fc.oneof(
        fc.nat(470),
        fc.constantFrom(...Object.keys(refused) as (keyof typeof refused)[]),
        fc.nat(470).map((it) => it + 0x40000000),
      ),
      fc.nat(50),
      (arch, sockets, audit, said, argument) => {
        const nr = typeof said === "string" ? numberOf(said, arch) : said;
        const got = verdict(seccompFilter(arch, sockets), { arch: audit, nr, argument });
        const name = Object.keys(refused).find((it) =>
          numberOf(it as keyof typeof refused, arch) === nr
        ) as keyof typeof refused | undefined;
        if (audit !== auditOf(arch) || (arch === "x86_64" && nr >= 0x40000000)) {
          seen.killed++;
          equal(got, "killed");
        } else if (name !== undefined) equal(got, `errno ${refused[name]}`);
        else if (nr !== numberOf("socket", arch)) {
          seen.allowed++;
          equal(got, "allowed");
        }
      },
    ),
    { seed: 20261123, numRuns: 2_000 },
  );
  equal(seen.allowed > 100 && seen.killed > 100, true, JSON.stringify(seen));
});
