import { type Box, fill, makeWord } from "./box.ts";
import { runHarness, type Said } from "./harness.ts";

/** Stands in what may not be read. */
export const SECRET = makeWord("secret");
/** Stands in what may. */
export const GRANTED = makeWord("granted");
/** The class of the plugins. */
export const PLUGIN = "com.example.Reader";

/** Where the directory to read from is, as the author of a plugin would write it. */
export interface Places {
  /** Absolute path. */
  readonly path: string;
  /** The same, from the plugin's directory. */
  readonly relative: string;
}

/** A box with something closed and something open, and the policy that says so. */
export interface World {
  readonly box: Box;
  readonly policy: string;
  readonly secret: Places;
  readonly granted: Places;
}

/** Fills a box. */
export async function makeWorld(box: Box): Promise<World> {
  await fill(box, "closed", SECRET);
  await fill(box, "open", GRANTED);
  const policy = await box.write(
    "policy.yaml",
    `kestra:\n  ee:\n    java-security:\n      enabled: true\n      forbidden-paths:\n        - ${box.root}/closed\n`,
  );
  const place = (name: string) => ({ path: `${box.root}/${name}`, relative: `../${name}` });
  return { box, policy, secret: place("closed"), granted: place("open") };
}

/** Writes a plugin and runs a flow of one task with it. `keep` leaves what is there. */
export async function runPlugin(
  { box, policy }: World,
  files: Readonly<Record<string, string>>,
  { keep = false }: { readonly keep?: boolean } = {},
): Promise<Said> {
  if (!keep) await Deno.remove(`${box.root}/plugins`, { recursive: true }).catch(() => {});
  for (const [name, text] of Object.entries(files)) await box.write(`plugins/${name}`, text);
  const flow = await box.write(
    "flow.yaml",
    JSON.stringify({ id: "f", namespace: "n", tasks: [{ id: "it", type: PLUGIN }] }),
  );
  const all = ["-p", policy, "--plugins", `${box.root}/plugins`, "--workspace", `${box.root}/ws`];
  return await runHarness(["run", flow, "--json", ...all]);
}

/** Loads the plugin where nothing is in its way, as its author would try it. */
export async function freely({ box }: World): Promise<string> {
  const [name] = (await Array.fromAsync(Deno.readDir(`${box.root}/plugins`)))
    .map((it) => it.name).filter((it) => it.startsWith("p."));
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "eval",
      "--no-config",
      "--no-lock",
      `const { default: it } = await import("file://${box.root}/plugins/${name}");
      console.log(JSON.stringify(await it.run()));`,
    ],
    env: { NO_COLOR: "1" },
  }).output();
  return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
}

/** A plugin that gives back what it imports as `found`. */
export function plugin(imports: string): string {
  return `${imports}\nexport default { type: "${PLUGIN}", run: () => ({ found }) };\n`;
}
