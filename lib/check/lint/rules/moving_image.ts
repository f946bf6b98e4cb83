import { parseImage } from "../../../container/mod.ts";
import type { Diagnostic, LocatedScalar, TaskPlan } from "../../../model/mod.ts";
import { findLocated } from "../../../source/mod.ts";
import type { LintContext, LintRule } from "../lint_rule.ts";
import { isForced, planOf } from "../written/planned_task.ts";
import { writtenFlow } from "../written/written_flow.ts";

/** Where a task, or what stands in for many, names an image. */
const PATHS = [["containerImage"], ["docker", "image"], ["taskRunner", "image"]];

interface NamedImage {
  readonly scalar: LocatedScalar;
  readonly text: string;
  readonly owner: string;
}

/** The images that authors of flows name, and that are used: what a policy forces is not theirs. */
function* images(context: LintContext): Generator<NamedImage> {
  for (const root of context.flowRoots.values()) {
    const { tasks } = writtenFlow(root);
    for (
      const { id, map } of tasks.map((it) => ({ ...it, plan: planOf(context, it) }))
        .filter(({ plan }) => plan?.refusal?.code !== "plan/image" && !isReplaced(plan))
    ) {
      for (const path of PATHS) yield* imageAt(findLocated(map, path), `task "${id}"`);
    }
    for (const key of ["pluginDefaults", "taskDefaults"]) {
      const list = root.entries.get(key)?.value;
      for (const it of list?.kind === "list" ? list.items : []) {
        for (const path of PATHS) yield* imageAt(findLocated(it, ["values", ...path]), key);
      }
    }
  }
}

function isReplaced(plan: TaskPlan | undefined): boolean {
  const image = plan?.task.effective.entries.get("containerImage")?.value;
  return image !== undefined && isForced(image);
}

function* imageAt(
  value: ReturnType<typeof findLocated>,
  owner: string,
): Generator<NamedImage> {
  if (value?.kind !== "scalar" || typeof value.value !== "string") return;
  if (value.value.includes("{")) return; // Known when it is rendered.
  yield { scalar: value, text: value.value, owner };
}

function* latest(context: LintContext): Generator<Diagnostic> {
  for (const { scalar, text, owner } of images(context)) {
    const parsed = parseImage(text);
    if (!parsed.ok || parsed.image.digest !== undefined || parsed.image.tag !== "latest") continue;
    yield {
      code: "check/image-latest",
      severity: "warning",
      message: `Image "${text}" of ${owner} is whatever its registry calls "latest" that day`,
      at: scalar.source,
      help: "Name a version, or better a digest: name@sha256:…",
    };
  }
}

function* withoutDigest(context: LintContext): Generator<Diagnostic> {
  for (const { scalar, text, owner } of images(context)) {
    const parsed = parseImage(text);
    if (!parsed.ok || parsed.image.digest !== undefined || parsed.image.tag === "latest") continue;
    yield {
      code: "check/image-without-digest",
      severity: "warning",
      message: `Image "${text}" of ${owner} can change: its registry may move the tag`,
      at: scalar.source,
      help: `Write ${text}@sha256:… with the digest that "docker images --digests" shows`,
    };
  }
}

const flow = (image: string) =>
  `id: build
namespace: company.team
tasks:
  - id: compile
    type: io.kestra.plugin.scripts.shell.Commands
    containerImage: ${image}
    commands:
      - make
`;
const PINNED = `ubuntu:24.04@sha256:${"0123456789abcdef".repeat(4)}`;

/** Images by the tag `latest`, written or meant. */
export const IMAGE_LATEST: LintRule = {
  code: "check/image-latest",
  severity: "warning",
  title: 'an image is named by the tag "latest", or by none',
  why:
    "An image without a tag is the one that its registry calls `latest`. Which that is changes " +
    "without a word, so a flow that ran yesterday may run other code today. A task that names no " +
    "image at all gets that of its class; `plan` shows which.",
  bad: flow("ubuntu"),
  good: flow(PINNED),
  find: latest,
};

/** Images by a tag alone. */
export const IMAGE_WITHOUT_DIGEST: LintRule = {
  code: "check/image-without-digest",
  severity: "warning",
  title: "an image is named by a tag, not by its digest",
  why:
    "A tag is a name that its registry, or whoever has its password, can give to another image. " +
    "A digest is computed from what is in the image. A policy can demand it: " +
    "`bulkhead.containers.images.require-digest`.",
  bad: flow("ubuntu:24.04"),
  good: flow(PINNED),
  find: withoutDigest,
};
