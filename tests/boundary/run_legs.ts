import { runHarness, type Said } from "./harness.ts";
import { GRANTED, type Leg, SECRET, type World } from "./world.ts";

/** Both legs of every row. */
export const LEGS: readonly Leg[] = ["attack", "control"];

/** A row of which is known whether it goes for what it reads or for what it changes. */
export interface Changing {
  readonly changes?: true;
}

/** What came of every row, by the harness. */
export interface LegsRun {
  readonly said: Said;
  /** Whether a leg of a row has got what it went for. */
  reached(row: number, leg: Leg): boolean;
}

/** What a leg of every row that changes things has there now. */
export async function changesOf(
  world: World,
  rows: readonly Changing[],
  leg: Leg,
): Promise<readonly string[]> {
  return await Promise.all(
    rows.map(async (it, i) => it.changes ? JSON.stringify(await world.changes(i, leg)) : ""),
  );
}

/**
 * Runs the tasks of attacks and of their twins as one flow.
 *
 * @param tasks Of a row `i`: `attack_i` and `control_i`.
 * @param textOf What a task has said, where a word that was read is looked for.
 */
export async function runLegs(
  world: World,
  rows: readonly Changing[],
  tasks: readonly object[],
  textOf: (said: Said, task: string) => string,
): Promise<LegsRun> {
  const changes = async () => ({
    attack: await changesOf(world, rows, "attack"),
    control: await changesOf(world, rows, "control"),
  });
  const before = await changes();
  const flow = await world.box.write(
    "flow.yaml",
    JSON.stringify({ id: "f", namespace: "boundary", tasks }),
  );
  const said = await runHarness(
    ["run", flow, "--json", "-p", world.policy, "--workspace", `${world.box.root}/in/ws`],
    { env: world.env },
  );
  const after = await changes();
  return {
    said,
    reached: (i, leg) =>
      rows[i]!.changes
        ? before[leg][i] !== after[leg][i]
        : textOf(said, `${leg}_${i}`).includes(leg === "attack" ? SECRET : GRANTED),
  };
}
