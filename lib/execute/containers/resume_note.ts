/**
 * What a harness writes beside the workspaces before it starts a container that may be taken up
 * again: nobody but this user can write there, while anybody who reaches the engine can set labels.
 */
export interface ResumeNote {
  /** Which task it is of: {@linkcode resumeKey}. */
  readonly key: string;
  /** All that the container was to do, as a digest. */
  readonly work: string;
  /** The container's name. */
  readonly name: string;
  /** Where the container works; the same path inside and outside. */
  readonly workspace: string;
}

/** How the names of such files end. */
export const RESUME = ".resume";

/** Which task of which flow a container is of. */
export function resumeKey(namespace: string, flow: string, task: string): string {
  return JSON.stringify([namespace, flow, task]);
}

/** Reads the notes of an execution, by the directory of its private files. */
export async function readResumeNotes(directory: string): Promise<readonly ResumeNote[]> {
  const notes: ResumeNote[] = [];
  for await (const { name } of Deno.readDir(directory)) {
    if (!name.endsWith(RESUME)) continue;
    notes.push(JSON.parse(await Deno.readTextFile(`${directory}/${name}`)));
  }
  return notes;
}
