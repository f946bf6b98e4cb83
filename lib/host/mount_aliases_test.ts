import { deepEqual } from "node:assert/strict";
import { mountAliases, parseMounts } from "./mount_aliases.ts";

const line = (device: string, root: string, point: string, rest = "ext4 /dev/vda rw") =>
  `27 1 ${device} ${root} ${point} rw,relatime shared:1 - ${rest}`;

Deno.test("parseMounts() reads names with blanks, and the layers of overlays", () => {
  const text = [
    line("254:0", "/", "/"),
    line("254:0", "/a\\040b\\134", "/mnt/with\\011tab"),
    line(
      "0:40",
      "/",
      "/merged",
      "overlay overlay rw,lowerdir=/low/1:/low/2,upperdir=/up,workdir=/w",
    ),
    line("0:41", "/", "/odd", "overlay overlay rw,lowerdir=l/SHORT::/data"),
    "",
  ].join("\n");
  deepEqual(parseMounts(text), [
    { device: "254:0", root: "/", point: "/", layers: [] },
    { device: "254:0", root: "/a b\\", point: "/mnt/with\ttab", layers: [] },
    { device: "0:40", root: "/", point: "/merged", layers: ["/low/1", "/low/2", "/up"] },
    { device: "0:41", root: "/", point: "/odd", layers: ["/data"] },
  ]);
});

/** The last of the mounts is what the row is about; without it nothing is found. */
Deno.test.each([
  {
    name: "a bind of the closed directory",
    closed: ["/srv/secret"],
    mounts: [line("8:1", "/", "/"), line("8:1", "/srv/secret", "/open/x")],
    found: ["/open/x"],
  },
  {
    name: "a bind of something in it",
    closed: ["/srv/secret"],
    mounts: [line("8:1", "/", "/"), line("8:1", "/srv/secret/deep", "/open/x")],
    found: ["/open/x"],
  },
  {
    name: "a bind of the directory above it",
    closed: ["/srv/secret"],
    mounts: [line("8:1", "/", "/"), line("8:1", "/srv", "/open/x")],
    found: ["/open/x/secret"],
  },
  {
    name: "a file system that is mounted twice",
    closed: ["/mnt/disk/secret"],
    mounts: [line("8:1", "/", "/"), line("8:2", "/", "/mnt/disk"), line("8:2", "/", "/media")],
    found: ["/media/secret"],
  },
  {
    name: "another mount of what is mounted below it",
    closed: ["/srv/secret"],
    mounts: [
      line("8:1", "/", "/"),
      line("8:2", "/", "/srv/secret/disk"),
      line("8:2", "/part", "/open/x"),
    ],
    found: ["/open/x"],
  },
  {
    name: "a closed path on a bind mount, by where it comes from",
    closed: ["/bound/secret"],
    mounts: [line("8:1", "/from", "/bound"), line("8:1", "/", "/")],
    found: ["/from/secret"],
  },
  {
    name: "an overlay that the closed path is a part of",
    closed: ["/srv/secret"],
    mounts: [line("8:1", "/", "/"), line("0:9", "/", "/m", "overlay o rw,lowerdir=/srv:/other")],
    found: ["/m/secret"],
  },
  {
    name: "an overlay of what lies in the closed path",
    closed: ["/srv"],
    mounts: [line("8:1", "/", "/"), line("0:9", "/", "/m", "overlay o rw,lowerdir=/a:/srv/low")],
    found: ["/m"],
  },
  {
    name: "the layers of an overlay that the closed path lies on",
    closed: ["/m/secret"],
    mounts: [
      line("8:1", "/", "/"),
      line("0:9", "/", "/m", "overlay o rw,upperdir=/up,lowerdir=/l"),
    ],
    found: ["/up/secret", "/l/secret"],
  },
])("mountAliases() finds $name", ({ closed, mounts, found }) => {
  const paths = (lines: readonly string[]) =>
    mountAliases(closed, parseMounts(lines.join("\n"))).map((it) => it.path);
  deepEqual(paths(mounts), found);
  deepEqual(paths(mounts.slice(0, -1)), []);
});

Deno.test.each([
  { name: "another file system", mount: line("8:2", "/srv/secret", "/open/x") },
  { name: "what begins alike", mount: line("8:1", "/srv/secrets", "/open/x") },
  { name: "what is closed anyway", mount: line("8:1", "/srv/secret/a", "/srv/secret/b") },
  { name: "the closed path itself", mount: line("8:3", "/", "/srv/secret") },
])("mountAliases() finds nothing in $name", ({ mount }) => {
  const mounts = parseMounts(`${line("8:1", "/", "/")}\n${mount}`);
  deepEqual(mountAliases(["/srv/secret"], mounts), []);
});
