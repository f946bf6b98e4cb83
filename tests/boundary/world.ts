import { type Box, fill, makeBox, makeWord } from "./box.ts";
import { speakElsewhere, speakTcp, speakUnix } from "./speakers.ts";
import { snapshot } from "./snapshot.ts";
import type { Given, Technique } from "./techniques/mod.ts";

/** Reached where it must not be. */
export const SECRET = makeWord("secret");
/** Reached by the allowed twin. */
export const GRANTED = makeWord("granted");
/** Holds `SECRET` in the harness's environment. */
export const SECRET_VARIABLE = "SECRET_BOX";
/** Holds `GRANTED`, and the policy lets it through. */
export const SEEN_VARIABLE = "BOX_SEEN";
/** Classes of the attempts: the policy lets one of them spawn. */
export const CLASSES = { open: "com.example.open.Probe", closed: "com.example.closed.Probe" };

export type Leg = "attack" | "control";

/** What techniques are tried in: made for one mode, and gone with it. */
export interface World extends AsyncDisposable {
  readonly box: Box;
  readonly policy: string;
  /** Where plugins are looked for: both classes. */
  readonly plugins: string;
  /** Where workspaces are made. */
  readonly workspaces: string;
  /** The harness's own environment. */
  readonly env: Readonly<Record<string, string>>;
  given(technique: number, leg: Leg): Given;
  /** The directory with the module of a technique that is one. */
  moduleOf(technique: number, leg: Leg): string;
  /** What a technique may have changed, in the attack or in its twin. */
  changes(technique: number, leg: Leg): Promise<readonly unknown[]>;
  /** All that is forbidden and that no technique is meant to change. */
  forbidden(): Promise<readonly unknown[]>;
}

const NAMES: Readonly<Record<Leg, string>> = { attack: "forbidden", control: "allowed" };

/** Makes a world for these techniques; each one that changes things has a directory of its own. */
export async function makeWorld(techniques: readonly Technique[]): Promise<World> {
  const box = await makeBox();
  const inside = (path: string) => `${box.root}/in/${path}`;
  await fillBoth(box);
  await makeLinks(box);
  const places = (i: number) => placesOf(techniques[i]!, i);
  for (const [i, it] of techniques.entries()) {
    if (it.changes) await makePlaces(box, places(i), i);
    if (it.module) await makeModules(box, it, i);
  }
  const user = inside(`ws/bulkhead-${Deno.uid() ?? 0}`);
  await box.write(`${user.slice(box.root.length + 1)}/another/slot-0/it/secret.txt`, SECRET);
  await Deno.writeTextFile(`${user}/another/slot-0/it/named-${SECRET}`, "");
  await Deno.chmod(user, 0o700);

  await using stack = new AsyncDisposableStack();
  stack.use(box);
  const listen = (it: Deno.Listener) => {
    stack.defer(() => it.close());
    return it;
  };
  const portOf = (it: Deno.Listener) => String((it.addr as Deno.NetAddr).port);
  listen(speakUnix(inside("engine.sock"), SECRET));
  const secretPort = portOf(listen(speakTcp("127.0.0.1", 0, SECRET)));
  const allowedPort = portOf(listen(speakTcp("127.0.0.1", 0, GRANTED)));
  listen(speakTcp("127.0.0.2", Number(allowedPort), SECRET));
  const abstract = crypto.randomUUID();
  const elsewhere = stack.use(await speakElsewhere(SECRET, abstract));

  const policy = await box.write("in/policies/policy.yaml", policyOf(box, techniques, allowedPort));
  const source = await Deno.readTextFile(new URL("./attempts_plugin.ts", import.meta.url));
  for (const [name, type] of Object.entries(CLASSES)) {
    await box.write(`in/plugins/${name}.ts`, source.replace('"TYPE"', JSON.stringify(type)));
  }
  const moved = stack.move();
  return {
    box,
    policy,
    plugins: inside("plugins"),
    workspaces: inside("ws"),
    env: {
      [SECRET_VARIABLE]: SECRET,
      [SEEN_VARIABLE]: GRANTED,
      DOCKER_HOST: `unix://${inside("engine.sock")}`,
    },
    given(i, leg) {
      const attack = leg === "attack";
      const name = NAMES[leg];
      const dir = techniques[i]!.changes ? inside(places(i)[leg]) : inside(name);
      return {
        root: inside("").slice(0, -1),
        name,
        dir,
        target: `${dir}/${techniques[i]!.changes ? "file" : "secret.txt"}`,
        word: attack ? SECRET : GRANTED,
        socket: inside("engine.sock"),
        abstract,
        port: attack ? secretPort : allowedPort,
        allowedPort,
        otherHost: "127.0.0.2",
        datagramPort: elsewhere.port,
        victim: attack ? elsewhere.pid : "self",
        variable: attack ? SECRET_VARIABLE : SEEN_VARIABLE,
        other: attack ? `${user}/another/slot-0/it` : inside("allowed"),
        policy: attack ? policy : inside("allowed/secret.txt"),
      };
    },
    moduleOf: (i, leg) => inside(`static/${i}-${leg}`),
    changes: (i, leg) => snapshot(inside(places(i)[leg])),
    async forbidden() {
      const names = (await Array.fromAsync(Deno.readDir(inside("forbidden")))).map((it) => it.name);
      const own = names.filter((it) => !/^\d+$/.test(it)).toSorted();
      return await Promise.all(
        own.map(async (it) => [it, await snapshot(inside(`forbidden/${it}`))]),
      );
    },
    [Symbol.asyncDispose]: () => moved.disposeAsync(),
  };
}

async function fillBoth(box: Box): Promise<void> {
  for (const [name, word] of [["forbidden", SECRET], ["allowed", GRANTED]] as const) {
    const at = await fill(box, `in/${name}`, word);
    await box.write(`in/${name}/sub/deep.txt`, word);
    await box.write(`in/${name}/movable`, word);
    await Deno.symlink(`points-to-${word}`, `${at}/pointer`);
  }
  await box.write("in/beside/file", "");
  for (const it of ["links", "out/a/b/c"]) {
    await Deno.mkdir(`${box.root}/in/${it}`, { recursive: true });
  }
}

async function makeLinks({ root }: Box): Promise<void> {
  const link = (name: string) => `${root}/in/links/${name}`;
  for (const name of Object.values(NAMES)) {
    const to = `${root}/in/${name}`;
    await Deno.symlink(`${to}/secret.txt`, link(`file-${name}`));
    await Deno.symlink(to, link(`dir-${name}`));
    await Deno.symlink(`../${name}`, link(`relative-${name}`));
    await Deno.link(`${to}/secret.txt`, link(`hard-${name}`));
  }
  await Deno.symlink("/", link("slash"));
  await Deno.symlink("/proc/self/root", link("proc"));
  // Harmless where it is, it leads out of the writable directory when it is moved up.
  await Deno.symlink("../..", `${root}/in/out/a/b/c/up`);
}

/** Places below `in` of a technique that changes things. */
function placesOf({ at }: Technique, i: number): Readonly<Record<Leg, string>> {
  const attack = at === "above" ? `above-${i}` : `${at ?? "forbidden"}/${i}`;
  return { attack, control: `out/${i}` };
}

async function makePlaces(box: Box, places: Readonly<Record<Leg, string>>, i: number) {
  for (const leg of ["attack", "control"] as const) {
    const place = places[leg];
    const file = await box.write(`in/${place}/file`, "as it was");
    await Deno.chmod(file, 0o644);
    await Deno.mkdir(`${box.root}/in/${place}/empty`);
    await box.write(`in/${place}/closed/file`, "as it was");
    await Deno.symlink(file, `${box.root}/in/out/write-${NAMES[leg]}-${i}`);
  }
}

async function makeModules(box: Box, { code }: Technique, i: number): Promise<void> {
  for (const leg of ["attack", "control"] as const) {
    const own = `in/static/${i}-${leg}/own`;
    // A module may import what lies beside it, and nothing else.
    if (leg === "control") await fill(box, own, GRANTED);
    const text = code.replaceAll("DIR", `${box.root}/${leg === "control" ? own : "in/forbidden"}`);
    const type = JSON.stringify(`com.example.closed.Static${i}`);
    await box.write(
      `in/static/${i}-${leg}/it.mjs`,
      `${text}\nexport default { type: ${type}, run: () => ({ word }) };\n`,
    );
  }
}

function policyOf({ root }: Box, techniques: readonly Technique[], allowedPort: string): string {
  const above = techniques.flatMap((it, i) =>
    it.at === "above" ? [`        - ${root}/in/above-${i}/closed\n`] : []
  );
  return `# ${SECRET}
kestra:
  ee:
    java-security:
      enabled: true
      forbidden-paths:
        - ${root}/in/forbidden/
${above.join("")}      authorized-class-prefix: [com.example.open]
bulkhead:
  writable: [${root}/in/out]
  env:
    allow: [${SEEN_VARIABLE}]
  network:
    allow: ["127.0.0.1:${allowedPort}"]
`;
}
