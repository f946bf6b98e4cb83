import { judgeImage, parseImage } from "../../../container/mod.ts";
import type { Diagnostic, LocatedMap, Policy, Source } from "../../../model/mod.ts";
import { findLocated } from "../../../source/mod.ts";
import type { LintContext, LintRule } from "../lint_rule.ts";

/** Where values for a script task name an image. */
const PATHS = [["containerImage"], ["docker", "image"], ["taskRunner", "image"]];

interface NamedImage {
  readonly text: string;
  readonly source: Source;
}

/** The images that defaults and rules put into tasks. Of an expression nobody can tell. */
function imagesOf({ defaults, rules }: Policy): readonly NamedImage[] {
  const values: readonly LocatedMap[] = [
    ...defaults.map((it) => it.values),
    ...rules.flatMap((it) => it.rules).flatMap((it) => "values" in it ? [it.values] : []),
  ];
  return values.flatMap((map) =>
    PATHS.flatMap((path) => {
      const value = findLocated(map, path);
      return value?.kind === "scalar" && typeof value.value === "string" &&
          !/\{[{%]/.test(value.value)
        ? [{ text: value.value, source: value.source }]
        : [];
    })
  );
}

function* moving({ policy }: LintContext): Generator<Diagnostic> {
  if (policy === undefined) return;
  for (const { text, source } of imagesOf(policy)) {
    const parsed = parseImage(text);
    if (!parsed.ok || parsed.image.digest !== undefined) continue;
    yield {
      code: "check/policy-image-moves",
      severity: "warning",
      message: parsed.image.tag === "latest"
        ? `Image "${text}" is whatever its registry calls "latest" that day`
        : `Image "${text}" can change: its registry may move the tag`,
      at: source,
      help: 'Write name@sha256:…, with the digest that "docker images --digests" shows',
    };
  }
  const { images } = policy.containers;
  if (images.digestRequired !== undefined) return;
  for (const { value, source } of images.allow.flat()) {
    if (!/:latest$/.test(value)) continue;
    yield {
      code: "check/policy-image-moves",
      severity: "warning",
      message: `Allowing "${value}" allows whatever its registry calls "latest" that day`,
      at: source,
      help: "Allow a version, or write require-digest: true beside the list",
    };
  }
}

function* denied({ policy }: LintContext): Generator<Diagnostic> {
  if (policy === undefined) return;
  for (const { text, source } of imagesOf(policy)) {
    const verdict = judgeImage(text, policy.containers.images);
    if (verdict.allowed) continue;
    yield {
      code: "check/policy-image-denied",
      severity: "error",
      message: `Cannot give tasks image "${text}": ${verdict.fact}`,
      at: source,
      ...(verdict.by && { related: [{ message: "it is said here", at: verdict.by.source }] }),
      help: verdict.help ?? "Allow it in containers.images, or name one that is allowed",
    };
  }
}

const policy = (image: string, more = "") =>
  `kestra:
  plugins:
    defaults:
      - type: io.kestra.plugin.scripts.shell.Commands
        forced: true
        values:
          containerImage: ${image}
${more}`;
const ALLOWED = `bulkhead:
  containers:
    images:
      allow:
        - ghcr.io/acme/**
`;

/** Images of a policy that are not named by their digest. */
export const POLICY_IMAGE_MOVES: LintRule = {
  code: "check/policy-image-moves",
  severity: "warning",
  title: "a policy names an image by a tag, not by its digest",
  why:
    "A tag is a name that its registry, or whoever has its password, can give to another image, and " +
    "`latest` is given to a new one all the time. What a policy forces on every task of a class should be " +
    "what somebody has looked at. A digest is computed from what is in the image.",
  bad: policy("ubuntu:latest"),
  good: policy(`ubuntu@sha256:${"0123456789abcdef".repeat(4)}`),
  find: moving,
};

/** Images that a policy puts into tasks, and denies. */
export const POLICY_IMAGE_DENIED: LintRule = {
  code: "check/policy-image-denied",
  severity: "error",
  title: "a policy gives tasks an image that it does not allow",
  why:
    "What defaults and rules put into a task is judged as what its author writes: an image that is denied, from a " +
    "registry that is not listed, or without the digest that is demanded, so that each task it reaches is refused.",
  bad: policy("docker.io/acme/build:1", ALLOWED),
  good: policy("ghcr.io/acme/build:1", ALLOWED),
  find: denied,
};
