import type { KnownClass } from "./known_class.ts";

const SOURCE = "kestra-io/plugin-scripts 1.9.x";
const PACKAGE = "io.kestra.plugin.scripts";

/** The script languages, with the image of each (`plugin-scripts`, `DEFAULT_IMAGE`). */
export const SCRIPT_IMAGES: Readonly<Record<string, string>> = {
  bun: "oven/bun",
  deno: "denoland/deno",
  dotnet: "mcr.microsoft.com/dotnet/sdk:10.0",
  go: "golang",
  groovy: "groovy",
  jbang: "jbangdev/jbang-action",
  julia: "julia",
  lua: "nickblah/lua",
  node: "node",
  perl: "perl",
  php: "php",
  powershell: "ghcr.io/kestra-io/powershell:latest",
  python: "python:3.13-slim",
  r: "r-base",
  ruby: "ruby",
  shell: "ubuntu",
};

/** What is honoured of `AbstractExecScript` so far. */
const PROPERTIES = [
  "containerImage",
  "taskRunner",
  "beforeCommands",
  "interpreter",
  "failFast",
  "env",
  "warningOnStdErr",
] as const;

const TRIGGERED = ["go", "node", "python", "ruby", "shell"];

/** Classes whose tasks hand text to an interpreter, and the triggers that do. */
export const SCRIPT_CLASSES: readonly (readonly [string, KnownClass])[] = [
  ...Object.entries(SCRIPT_IMAGES).flatMap(([language, image]) => [
    scriptClass(language, "Commands", image),
    scriptClass(language, "Script", image),
  ]),
  ...TRIGGERED.flatMap((language) =>
    ["CommandsTrigger", "ScriptTrigger"].map((name): [string, KnownClass] => [
      `${PACKAGE}.${language}.${name}`,
      script("commands", SCRIPT_IMAGES[language]!, { fact: "it is a trigger, and no task" }),
    ])
  ),
  ...["Bash", "Node", "Python"].map((name): [string, KnownClass] => [
    `io.kestra.core.tasks.scripts.${name}`,
    {
      ...script("commands", "ubuntu", {
        fact: "it runs on the host, past any task runner that is forced on it",
        help: `Use ${PACKAGE}.${name === "Bash" ? "shell" : name.toLowerCase()}.Commands`,
      }),
      source: "kestra-io/plugin-scripts 1.9.x, AbstractBash: its runner is PROCESS by default",
    },
  ]),
];

function scriptClass(
  language: string,
  name: "Commands" | "Script",
  image: string,
): [string, KnownClass] {
  const body = name === "Commands" ? "commands" : "script";
  const supported = language === "shell";
  return [
    `${PACKAGE}.${language}.${name}`,
    script(body, image, supported ? undefined : { fact: `${language} is not supported yet` }),
  ];
}

function script(
  body: "commands" | "script",
  image: string,
  notRun?: { readonly fact: string; readonly help?: string },
): KnownClass {
  return {
    kind: "script",
    body,
    image,
    properties: [body, ...PROPERTIES],
    source: SOURCE,
    ...(notRun && { notRun }),
  };
}
