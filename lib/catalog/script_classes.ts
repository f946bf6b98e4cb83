import type { KnownClass } from "./known_class.ts";
import { SCRIPT_LANGUAGES, type ScriptLanguage, SHELL_INTERPRETER } from "./script_languages.ts";

const PACKAGE = "io.kestra.plugin.scripts";

/** Properties of `AbstractExecScript`, which all of these classes extend. */
const PROPERTIES = [
  "containerImage",
  "taskRunner",
  "beforeCommands",
  "interpreter",
  "failFast",
  "env",
  "inputFiles",
  "outputFiles",
  "namespaceFiles",
  "outputDirectory",
  "targetOS",
  "warningOnStdErr",
] as const;

const TRIGGERED = ["deno", "go", "node", "powershell", "python", "ruby", "shell"];

/** Classes whose tasks hand text to an interpreter, and the triggers that do. */
export const SCRIPT_CLASSES: readonly (readonly [string, KnownClass])[] = [
  ...Object.keys(SCRIPT_LANGUAGES).flatMap((language) => [
    entry(language, "Commands"),
    entry(language, "Script"),
  ]),
  ...TRIGGERED.flatMap((language) =>
    ["CommandsTrigger", "ScriptTrigger"].map((name): [string, KnownClass] => [
      `${PACKAGE}.${language}.${name}`,
      {
        ...scriptClass(language, "Commands"),
        source: sourceOf(language, name),
        notRun: { fact: "it is a trigger, and no task" },
      },
    ])
  ),
  ...["Bash", "Node", "Python"].map((name): [string, KnownClass] => [
    `io.kestra.core.tasks.scripts.${name}`,
    {
      ...scriptClass("shell", "Commands"),
      notRun: {
        fact: "it runs on the host, past any task runner that is forced on it",
        help: `Use ${PACKAGE}.${name === "Bash" ? "shell" : name.toLowerCase()}.Commands`,
      },
      source: "kestra-io/plugin-scripts 1.9.x, AbstractBash: its runner is PROCESS by default",
    },
  ]),
];

function entry(language: string, name: "Commands" | "Script"): [string, KnownClass] {
  return [`${PACKAGE}.${language}.${name}`, scriptClass(language, name)];
}

function scriptClass(language: string, name: "Commands" | "Script"): KnownClass {
  const {
    image,
    file,
    command = "",
    prepare = [],
    interpreter = SHELL_INTERPRETER,
    env = {},
    directories = {},
    properties = [],
    ofScript = [],
  }: ScriptLanguage = SCRIPT_LANGUAGES[language]!;
  const body = name === "Commands" ? "commands" : "script";
  return {
    kind: "script",
    body,
    language,
    image,
    interpreter,
    ...(name === "Script" && file !== undefined && { file: { name: file, command, prepare } }),
    env,
    directories,
    properties: [body, ...PROPERTIES, ...properties, ...(name === "Script" ? ofScript : [])],
    source: sourceOf(language, name),
  };
}

function sourceOf(language: string, name: string): string {
  return `kestra-io/plugin-scripts 1.9.x, ${language}/${name}.java`;
}
