import type { ContainerSpec } from "../model/mod.ts";

/** What the run knows and the plan did not, by placeholder: `<workspace>`, `<container>`, … */
export type Places = Readonly<Record<string, string>>;

/** Replaces the placeholders of a plan in one text. */
export function fillText(text: string, places: Places): string {
  return Object.entries(places).reduce((it, [place, value]) => it.replaceAll(place, value), text);
}

/**
 * Puts into a spec what the run knows: its places, and the author's texts as they were rendered.
 *
 * Placeholders are not looked for in what the author wrote: there they mean nothing.
 */
export function fillSpec(
  spec: ContainerSpec,
  places: Places,
  rendered: Pick<ContainerSpec, "image" | "command" | "env">,
): ContainerSpec {
  const fill = (text: string) => fillText(text, places);
  const filled = (texts: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(texts).map(([key, it]) => [key, fill(it)]));
  return {
    ...spec,
    name: fill(spec.name),
    labels: filled(spec.labels),
    workdir: fill(spec.workdir),
    mounts: spec.mounts.map((it) =>
      it.type === "volume"
        ? { ...it, target: fill(it.target) }
        : { ...it, source: fill(it.source), target: fill(it.target) }
    ),
    image: rendered.image,
    command: rendered.command,
    // What the plan sets is for the task to change.
    env: { ...filled(spec.env), ...rendered.env },
  };
}
