import { imageName, judgeImage, parseImage } from "../../container/mod.ts";
import type { Because, ContainerProgram, TaskPlan } from "../../model/mod.ts";
import type { ContainerFact } from "./policy_test_suite.ts";

/** One thing about a task's container. */
export interface KnownFact {
  /** Null: it has no container. */
  readonly actual: string | number | boolean | readonly string[] | null;
  readonly because: readonly Because[];
}

/** What a container has, and which rules say so. */
export function containerFact(
  { program, because, provenance }: Pick<TaskPlan, "program" | "because" | "provenance">,
  what: ContainerFact,
): KnownFact {
  if (program?.kind !== "container") return { actual: null, because: [] };
  const { read, effects, values = [] } = FACTS[what];
  return {
    actual: read(program),
    because: [
      ...provenance.filter((it) => values.includes(it.path)).map(({ path, from, source }) => ({
        effect: `set ${path}`,
        rule: from === "flow" ? "the task says so" : `${from} of the policy`,
        source,
      })),
      ...because.filter((it) => effects.test(it.effect) && it.rule !== IMAGES),
      ...(what === "image" ? patternsOf(program) : []),
    ],
  };
}

/** The name of an image in full, as plans have it; what is no image is left as it is. */
export function fullImage(text: string): string {
  const parsed = parseImage(text);
  return parsed.ok ? imageName(parsed.image) : text;
}

/** Which rule a plan names for an image as a whole; which pattern it is, is said here. */
const IMAGES = "bulkhead.containers.images";

/** The patterns that let an image be used, each of its own. */
function patternsOf({ images, spec: { image } }: ContainerProgram): readonly Because[] {
  return images.allow.flat().filter((it) => judgeImage(image, { allow: [[it]], deny: [] }).allowed)
    .map(({ source }) => ({ effect: `allow image ${image}`, rule: `${IMAGES}.allow`, source }));
}

/** What is mounted, as `source:target`, with `:ro` where it is read-only. */
export function mountsOf({ program }: Pick<TaskPlan, "program">): readonly string[] {
  return program?.kind !== "container"
    ? []
    : program.spec.mounts.flatMap((it) =>
      it.type === "bind" ? [`${it.source}:${it.target}${it.readOnly ? ":ro" : ""}`] : []
    );
}

interface Fact {
  readonly read: (program: ContainerProgram) => string | number | boolean | readonly string[];
  /** The effects that are about it. */
  readonly effects: RegExp;
  /** The values of a task that are. */
  readonly values?: readonly string[];
}

const FACTS: Readonly<Record<ContainerFact, Fact>> = {
  engine: { read: (it) => it.engine.kind, effects: /\bengine\b/ },
  image: {
    read: (it) => it.spec.image,
    effects: /^(?:any )?image\b/,
    values: ["containerImage", "taskRunner.image", "docker.image"],
  },
  network: { read: (it) => it.spec.network, effects: /^container network / },
  user: {
    read: ({ spec: { user } }) => `${user.uid}:${user.gid}`,
    effects: /^container user /,
    values: ["taskRunner.user"],
  },
  capabilities: {
    read: (it) => it.spec.capabilities.toSorted(),
    effects: /^keep capability |capabilities, no new privileges/,
  },
  "read-only": { read: (it) => !it.spec.writableRoot, effects: /^container root is / },
  cpus: { read: (it) => it.spec.resources.cpus, effects: /^limit processors / },
  memory: { read: (it) => it.spec.resources.memory, effects: /^limit memory / },
  // Where nobody says it, it is the engine's own.
  shm: { read: (it) => it.spec.resources.shm ?? 0, effects: /^limit \/dev\/shm / },
  tmp: { read: (it) => it.spec.resources.tmp, effects: /^limit \/tmp / },
};
