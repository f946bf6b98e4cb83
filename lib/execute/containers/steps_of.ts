import type { ContainerUser, Ending, PullPolicy } from "../../model/mod.ts";
import { type ContainerHandle, EngineFailure, type Output } from "./container_handle.ts";
import { removeTree } from "../workspace.ts";
import type { EngineClientCalls } from "./engine_client_calls.ts";
import type { Steps } from "./follow_container.ts";
import { packTree } from "./pack_tree.ts";
import { pullImage } from "./pull_image.ts";
import { unpackTree } from "./unpack_tree.ts";

/** What happens around a container's run. */
export interface AroundRun {
  readonly image: string;
  readonly pull: PullPolicy;
  readonly calls: EngineClientCalls;
  /** A directory with the `config.json` to pull with, instead of the operator's own. */
  readonly config?: string;
  /** A directory whose files are copied in before, and out again; it lies in `slot` by its name. */
  readonly copied?: {
    readonly directory: string;
    readonly slot: string;
    readonly owner: ContainerUser;
  };
  /** What may come back, in bytes. */
  readonly workspaceBytes?: number;
  readonly onWarning: (text: string) => void;
}

/**
 * The steps in Kestra's order: pull, make, copy in, start and follow, copy out; also of what failed.
 *
 * Where the image need not be pulled first, nobody asks whether it is there: whoever makes the
 * container says so.
 */
export function stepsOf(around: AroundRun): Steps {
  return async (container, output, signal) => {
    if (around.pull === "ALWAYS") await pull(around, signal);
    let code: number;
    try {
      code = await runOnce(container, around, output);
    } catch (error) {
      if (!(error instanceof EngineFailure) || error.kind !== "no-image") throw error;
      if (around.pull !== "IF_NOT_PRESENT") {
        const why = around.pull === "NEVER"
          ? "the engine has no such image, and pullPolicy NEVER forbids to pull it"
          : "the engine has no such image, though it was pulled";
        throw new EngineFailure("not-started", `${why}: ${around.image}`);
      }
      await pull(around, signal);
      code = await runOnce(container, around, output);
    }
    return await copyBack(container, around) ?? { kind: "exited", code };
  };
}

/**
 * The steps of a container that runs already: follow it, and bring its files over.
 *
 * @param from Where the container works.
 * @param to The workspace of this run.
 */
export function stepsAgain(
  around: AroundRun,
  { from, to }: { readonly from: string; readonly to: string },
): Steps {
  return async (container, output) => {
    const code = await container.run(output);
    if (around.copied !== undefined) {
      return await copyBack(container, around, from) ?? { kind: "exited", code };
    }
    for await (const { name } of Deno.readDir(to)) await removeTree(`${to}/${name}`);
    for await (const { name } of Deno.readDir(from)) {
      await Deno.rename(`${from}/${name}`, `${to}/${name}`);
    }
    return { kind: "exited", code };
  };
}

async function pull(around: AroundRun, signal: AbortSignal): Promise<void> {
  const { calls, image, config, onWarning } = around;
  const fact = await pullImage(calls, {
    image,
    ...(config !== undefined && { config }),
    signal,
    onRetry: (words, pauseMs) =>
      onWarning(`image "${image}" could not be pulled, again in ${pauseMs / 1000} s: ${words}`),
  });
  if (fact !== undefined) {
    throw new EngineFailure("not-started", `image "${image}" cannot be pulled: ${fact}`);
  }
  if (signal.aborted) throw new EngineFailure("not-started", "it was stopped");
}

async function runOnce(
  container: ContainerHandle,
  { copied }: AroundRun,
  output: Output,
): Promise<number> {
  await container.create();
  if (copied !== undefined) {
    const { directory, slot, owner } = copied;
    await container.copyIn(slot, packTree(directory, nameIn(copied), owner));
  }
  return await container.run(output);
}

/** @returns How it ended, where what comes back decides that. */
async function copyBack(
  container: ContainerHandle,
  { copied, workspaceBytes, onWarning }: AroundRun,
  from = copied?.directory,
): Promise<Ending | undefined> {
  if (copied === undefined || from === undefined) return undefined;
  const { directory } = copied;
  try {
    const tar = await container.copyOut(from);
    const { leftOut, isOver } = await unpackTree(tar, directory, workspaceBytes);
    leftOut.forEach((it) => onWarning(`not copied out of the container: ${it}`));
    return isOver ? { kind: "limited", limit: "workspace", value: workspaceBytes! } : undefined;
  } catch (error) {
    // A tar that is none, and what the system says: the disk is full, for one.
    const isTold = error instanceof EngineFailure || error instanceof TypeError ||
      (error as { readonly code?: string }).code !== undefined;
    if (!isTold) throw error;
    throw new EngineFailure("lost", `its files cannot be copied out: ${(error as Error).message}`);
  }
}

function nameIn({ directory, slot }: { directory: string; slot: string }): string {
  return directory.slice(slot.length + 1);
}
