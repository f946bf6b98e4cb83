import { deepEqual, equal } from "node:assert/strict";
import { denialIn, denialOf, kernelDenialIn } from "./denial_of.ts";

const advice = ", run again with the --allow-read flag";

Deno.test.each([
  {
    message: `Requires read access to "/etc/passwd"${advice}`,
    denial: { permission: "read", value: "/etc/passwd", layer: "deno" },
  },
  { message: `Requires env access${advice}`, denial: { permission: "env", layer: "deno" } },
  {
    message: 'Requires run access to "Worker": this class may not create threads',
    denial: { permission: "run", value: "Worker", layer: "deno" },
  },
  { message: "Required reading", denial: undefined },
])("denialIn() reads: $message", ({ message, denial }) => {
  deepEqual(denialIn(message), denial);
});

Deno.test.each([
  {
    message: "Permission denied (os error 13): readfile '/srv/x'",
    denial: { permission: "read", value: "/srv/x", layer: "kernel" },
  },
  {
    message: "Permission denied (os error 13): writefile '/srv/it's'",
    denial: { permission: "write", value: "/srv/it's", layer: "kernel" },
  },
  {
    message: "Operation not permitted (os error 1): rename '/srv/a' -> '/srv/b'",
    denial: { permission: "write", value: "/srv/a", layer: "kernel" },
  },
  {
    message: "Failed to spawn '/bin/ls': Permission denied (os error 13)",
    denial: { permission: "run", value: "/bin/ls", layer: "kernel" },
  },
  { message: "Permission denied (os error 13)", denial: undefined },
  { message: "No such file or directory (os error 2): open '/srv/x'", denial: undefined },
  { message: "Connection reset by peer (os error 104)", denial: undefined },
])("kernelDenialIn() reads: $message", ({ message, denial }) => {
  deepEqual(kernelDenialIn(message), denial);
});

Deno.test("denialOf() looks through the causes of an error, and believes no other class", () => {
  const denied = new Deno.errors.NotCapable(`Requires read access to "/a"${advice}`);
  equal(denialOf(new Error("it failed", { cause: denied }))?.value, "/a");
  equal(denialOf(new RangeError(denied.message)), undefined);
});
