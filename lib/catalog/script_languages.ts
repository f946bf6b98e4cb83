/**
 * The script languages as kestra-io/plugin-scripts has them, read in the sources of 1.9.x:
 * `plugin-script-<language>/src/main/java/io/kestra/plugin/scripts/<language>/{Script,Commands}.java`.
 *
 * @module
 */

/** What a script task is interpreted with when it does not say, as in Kestra. */
export const SHELL_INTERPRETER: readonly string[] = ["/bin/sh", "-c"];

/** What is particular to a language. */
export interface ScriptLanguage {
  /** `DEFAULT_IMAGE` of the class. */
  readonly image: string;
  /** Where the text of a Script goes; absent where the interpreter reads it itself. */
  readonly file?: string;
  /** What runs that file. */
  readonly command?: string;
  /** Lines of shell before it. */
  readonly prepare?: readonly string[];
  readonly interpreter?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /**
   * Variables of the image that name a directory its root would write to, with one in the workspace
   * to take its place: the root of a container is read-only, and its user is not root.
   */
  readonly directories?: Readonly<Record<string, string>>;
  /** Properties of both classes, beside those of every script. */
  readonly properties?: readonly string[];
  /** Properties of Script alone. */
  readonly ofScript?: readonly string[];
}

/**
 * Kestra gives the file a random name in the working directory. Here the name is fixed, so that a
 * plan can show it, and hidden, so that `outputFiles: ["*"]` does not take it along.
 */
const hidden = (extension: string) => `.bulkhead-script${extension}`;

/**
 * For languages that make something of the file's name: `go run` leaves out files whose names
 * begin with a dot (go/build, `matchFile`), and Groovy and JBang make a class name of it.
 */
const inHidden = (extension: string) => `.bulkhead/script${extension}`;

const PYTHON_ENV = {
  PYTHONUNBUFFERED: "true",
  PIP_ROOT_USER_ACTION: "ignore",
  PIP_DISABLE_PIP_VERSION_CHECK: "1",
};

/** By the name that stands in the class's package. */
export const SCRIPT_LANGUAGES: Readonly<Record<string, ScriptLanguage>> = {
  // bun/Script.java: ".ts", "bun run".
  bun: { image: "oven/bun", file: hidden(".ts"), command: "bun run" },
  // deno/Script.java: ".ts", "deno run"; `permissions` since plugin-scripts#415.
  deno: {
    image: "denoland/deno",
    file: hidden(".ts"),
    command: "deno run",
    // denoland/deno_docker: DENO_DIR is /deno-dir/.
    directories: { DENO_DIR: ".deno" },
    ofScript: ["permissions"],
  },
  // dotnet/Script.java: ".csx", "dotnet-script", installed where it is missing.
  dotnet: {
    image: "mcr.microsoft.com/dotnet/sdk:10.0",
    file: hidden(".csx"),
    command: "dotnet-script",
    prepare: [
      "command -v dotnet-script >/dev/null 2>&1 || dotnet tool install -g dotnet-script --ignore-failed-sources || true",
      'export PATH="$PATH:$HOME/.dotnet/tools"',
    ],
  },
  // go/Script.java: ".go", "go run".
  go: {
    image: "golang",
    file: inHidden(".go"),
    command: "go run",
    // docker-library/golang: GOPATH is /go.
    directories: { GOPATH: ".go" },
  },
  // groovy/Script.java: ".groovy", "groovy"; it also asks for the user root, which is nobody's to ask.
  groovy: { image: "groovy", file: inHidden(".groovy"), command: "groovy" },
  // jbang/Script.java: `extension`, ".java" by default; "jbang --quiet" unless `quiet` is false.
  jbang: {
    image: "jbangdev/jbang-action",
    file: inHidden(".java"),
    command: "jbang",
    ofScript: ["extension", "quiet"],
  },
  // julia/Script.java: ".jl", "julia".
  julia: { image: "julia", file: hidden(".jl"), command: "julia" },
  // lua/Script.java: ".lua", "lua".
  lua: { image: "nickblah/lua", file: hidden(".lua"), command: "lua" },
  // node/Script.java: ".js", "node".
  node: { image: "node", file: hidden(".js"), command: "node" },
  // perl/Script.java: ".pl", "perl".
  perl: { image: "perl", file: hidden(".pl"), command: "perl" },
  // php/Script.java: "php", which does not look at the name: there it ends in ".js".
  php: { image: "php", file: hidden(".php"), command: "php" },
  // powershell/{Script,Commands}.java: ".ps1", which is its own command; its own interpreter.
  powershell: {
    image: "ghcr.io/kestra-io/powershell:latest",
    file: hidden(".ps1"),
    command: "&",
    interpreter: ["pwsh", "-NoProfile", "-NonInteractive", "-Command"],
  },
  // python/{Script,Commands}.java, AbstractPythonExecScript.java, internals/PythonBasedPlugin.java.
  python: {
    image: "python:3.13-slim",
    file: hidden(".py"),
    command: "python",
    env: PYTHON_ENV,
    properties: [
      "dependencies",
      "pythonVersion",
      "dependencyCacheEnabled",
      "packageManager",
      "uvAutoInstallEnabled",
      "uvInstallerVersion",
      "uvInstallerSha256",
    ],
  },
  // r/Script.java: ".R", "Rscript".
  r: { image: "r-base", file: hidden(".R"), command: "Rscript" },
  // ruby/Script.java: ".rb", "ruby".
  ruby: { image: "ruby", file: hidden(".rb"), command: "ruby" },
  // shell/Script.java: the text is what the interpreter reads.
  shell: { image: "ubuntu" },
};
