import { judgeImage, parseImagePattern, parsePorts } from "../../container/mod.ts";
import type { ContainerRules, Policy, Source, Sourced, VolumeRule } from "../../model/mod.ts";
import { isWithin } from "../../paths/is_within.ts";
import type { Difference } from "./difference.ts";
import { exceptWords } from "./sides.ts";
import { because, diffCeiling, diffGrants } from "./diff_lists.ts";
import { findRegions } from "./find_regions.ts";

const RULE = "bulkhead.containers";

/** What containers may have under one policy and not under the other. */
export function diffContainers(old: Policy, now: Policy): readonly Difference[] {
  const [a, b] = [old.containers, now.containers];
  const grants = (key: "networks" | "capabilities" | "devices", word: string) =>
    diffGrants("container", `${RULE}.${key}`, word, asked(a[key]), asked(b[key]));
  const ceiling = (key: "cpus" | "memory" | "shm" | "tmp") =>
    diffCeiling(
      "container",
      `${RULE}.${key}`,
      key,
      a[key],
      b[key],
      key === "cpus" ? String : (it) => `${it} bytes`,
    );
  return [
    ...diffImages(a, b),
    ...grants("networks", "network"),
    ...diffDefault("networks", a.networks, b.networks, "none"),
    ...diffUsers(a, b),
    ...grants("capabilities", "capability"),
    ...diffVolumes(old, now),
    ...grants("devices", "devices of driver"),
    ...diffPorts(a.ports, b.ports),
    ...diffRoot(a.writableRoot, b.writableRoot),
    ...ceiling("cpus"),
    ...ceiling("memory"),
    ...ceiling("shm"),
    ...ceiling("tmp"),
  ];
}

/** `none` is what a container has where nothing is given. */
function asked(list: readonly Sourced<string>[]): readonly Sourced<string>[] {
  return list.filter((it) => it.value !== "none");
}

/** Who names no network or user gets the first of the list. */
function diffDefault(
  key: string,
  old: readonly Sourced<string>[],
  now: readonly Sourced<string>[],
  otherwise: string,
): readonly Difference[] {
  const [a, b] = [old[0]?.value ?? otherwise, now[0]?.value ?? otherwise];
  if (a === b) return [];
  const rule = `${RULE}.${key}`;
  return [{
    subject: "container",
    direction: "changed",
    what: `who asks for none of ${key} gets ${b}, not ${a}`,
    example: b,
    old: because(`give ${a}`, rule, old[0]?.source),
    new: because(`give ${b}`, rule, now[0]?.source),
  }];
}

/** Without a list the harness chooses, and an author may not: a list is what lets others be asked for. */
function diffUsers(old: ContainerRules, now: ContainerRules): readonly Difference[] {
  return [
    ...diffGrants("container", `${RULE}.users`, "user", old.users, now.users),
    ...diffDefault("users", old.users, now.users, "the harness's choice"),
  ];
}

function diffRoot(
  old: Sourced<boolean> | undefined,
  now: Sourced<boolean> | undefined,
): readonly Difference[] {
  const [a, b] = [old?.value ?? false, now?.value ?? false];
  if (a === b) return [];
  const rule = `${RULE}.read-only`;
  const said = (it: boolean, source: Source | undefined) =>
    because(it ? "let the root file system be written" : "keep the root file system", rule, source);
  return [{
    subject: "container",
    direction: b ? "allowed" : "denied",
    what: "writing in a container's root file system",
    example: "/etc",
    old: said(a, old?.source),
    new: said(b, now?.source),
  }];
}

/** Mounts: exact, as paths are. */
function diffVolumes(old: Policy, now: Policy): readonly Difference[] {
  const rule = `${RULE}.volumes`;
  const sideOf = (
    { containers: { volumes }, forbiddenPaths }: Policy,
    path: string,
    mode: "read" | "write",
  ): { readonly allowed: boolean; readonly rule?: VolumeRule | Sourced<string> } => {
    const closed = forbiddenPaths.find((it) => isWithin(it.value, path));
    if (closed !== undefined) return { allowed: false, rule: closed };
    const found = volumes.find((it) =>
      isWithin(it.value, path) && (mode === "read" || !it.readOnly)
    );
    return found === undefined ? { allowed: false } : { allowed: true, rule: found };
  };
  const names = [old, now].flatMap((it) => [...it.containers.volumes, ...it.forbiddenPaths])
    .map((it) => it.value === "/" ? "" : it.value);
  return (["read", "write"] as const).flatMap((mode) => {
    const word = mode === "read" ? "mount" : "mount for writing";
    const judge = (root: string) => {
      const [a, b] = [old, now].map((it) => sideOf(it, root || "/", mode));
      return a!.allowed === b!.allowed ? undefined : { old: a!, new: b! };
    };
    type Sides = NonNullable<ReturnType<typeof judge>>;
    const isSame = (a: Sides, b: Sides) => a.new.allowed === b.new.allowed;
    const order = { isBelow: (root: string, name: string) => isWithin(root || "/", name || "/") };
    return findRegions(names, order, judge, isSame).map(({ root, except, verdict }): Difference => {
      const path = root || "/";
      const said = ({ allowed, rule: by }: Sides["old"]) =>
        because(`${allowed ? "allow to" : "do not"} ${word} ${path}`, rule, by?.source);
      return {
        subject: "container",
        direction: verdict.new.allowed ? "allowed" : "denied",
        what: `${word} ${path} and below${exceptWords(except)}`,
        example: path,
        old: said(verdict.old),
        new: said(verdict.new),
      };
    });
  });
}

/** Ports: exact, there are 65,535 of them. */
function diffPorts(
  old: readonly Sourced<string>[],
  now: readonly Sourced<string>[],
): readonly Difference[] {
  const rule = `${RULE}.ports`;
  const covering = (list: readonly Sourced<string>[]) => {
    const by = new Array<Sourced<string> | undefined>(65_536);
    for (const it of list) {
      const range = parsePorts(it.value);
      if (range !== undefined) by.fill(it, range.first, range.last + 1);
    }
    return by;
  };
  const [a, b] = [covering(old), covering(now)];
  const found: Difference[] = [];
  for (let port = 1; port < 65_536; port++) {
    const direction = (a[port] === undefined) === (b[port] === undefined)
      ? undefined
      : b[port] === undefined
      ? "denied"
      : "allowed";
    if (direction === undefined) continue;
    const first = port;
    const isMore = (it: number) => it < 65_536 && a[it] === a[first] && b[it] === b[first];
    while (isMore(port + 1)) port++;
    const what = first === port ? `port ${first}` : `ports ${first}-${port}`;
    const said = (it: Sourced<string> | undefined) =>
      because(`${it === undefined ? "withhold" : "allow"} ${what} of the host`, rule, it?.source);
    found.push({
      subject: "container",
      direction,
      what: `${what} of the host`,
      example: String(first),
      old: said(a[first]),
      new: said(b[first]),
    });
  }
  return found;
}

/**
 * Images: every pattern of either side is asked of an image that it means, named by a tag and by a digest.
 * Where patterns differ and no such image does, that is said: it could not be compared exactly.
 */
function diffImages(
  { images: old }: ContainerRules,
  { images: now }: ContainerRules,
): readonly Difference[] {
  const patterns = [...old.allow.flat(), ...old.deny, ...now.allow.flat(), ...now.deny]
    .map((it) => it.value);
  const found = new Map<string, Difference>();
  for (const pattern of ["**", ...new Set(patterns)]) {
    for (const image of samplesOf(pattern)) {
      const [a, b] = [old, now].map((it) => judgeImage(image, it));
      if (a!.allowed === b!.allowed) continue;
      const said = (it: typeof a) =>
        it!.allowed ? because(`allow image ${image}`, `${RULE}.images`, undefined) : because(
          `refuse image ${image}: ${it!.fact}`,
          it!.by?.rule ?? `${RULE}.images`,
          it!.by?.source,
        );
      const direction = b!.allowed ? "allowed" : "denied";
      const key = `${pattern} ${direction}`;
      if (found.has(key)) continue;
      const byDigest = image.includes("@");
      found.set(key, {
        subject: "container",
        direction,
        what: `${
          pattern === "**" ? "images that no pattern means" : `images that "${pattern}" means`
        }${byDigest ? ", named by a digest" : ""}`,
        example: image,
        old: said(a),
        new: said(b),
      });
    }
  }
  if (found.size > 0) return [...found.values()];
  return [...unsureImages(old, now)];
}

function* unsureImages(
  old: ContainerRules["images"],
  now: ContainerRules["images"],
): Generator<Difference> {
  const key = (it: ContainerRules["images"]) =>
    JSON.stringify([
      it.allow.map((list) => list.map((its) => its.value).toSorted()).toSorted(),
      it.deny.map((its) => its.value).toSorted(),
    ]);
  if (key(old) === key(now)) return;
  const first = (it: ContainerRules["images"]) => [...it.allow.flat(), ...it.deny][0];
  yield {
    subject: "container",
    direction: "changed",
    what: "patterns of images",
    example: first(now)?.value ?? first(old)?.value ?? "**",
    old: because("compare patterns", `${RULE}.images`, first(old)?.source),
    new: because("compare patterns", `${RULE}.images`, first(now)?.source),
    unsure: "patterns are compared over an image for each of them",
  };
}

const DIGEST = `sha256:${"0".repeat(64)}`;

/** Images that a pattern means: by a tag, and by a digest. */
function samplesOf(pattern: string): readonly string[] {
  const parsed = parseImagePattern(pattern);
  if (!parsed.ok) return [];
  const { parts, tag, digest } = parsed.pattern;
  const name = parts.map((it, i) =>
    it === "**" ? i === 0 ? "registry.invalid/some" : "some/thing" : it.replaceAll("*", "any")
  ).join("/");
  const tagged = (tag ?? "1").replaceAll("*", "any");
  if (digest !== undefined) {
    return [`${name}@${digest.includes("*") || digest === "" ? DIGEST : digest}`];
  }
  return [`${name}:${tagged}`, `${name}@${DIGEST}`];
}
