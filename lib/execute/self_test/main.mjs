/**
 * The child of a self-test: tries what its argument lists, and says what came of each.
 *
 * It is written into the test's own directory and is a main module there. What it imports by name
 * is read before any code runs, and Deno does not check that.
 *
 * @module
 */
const literally = import("../beyond/data.json", { with: { type: "json" } })
  .then(() => "ok", outcomeOf);

/** The word for an error: Deno's own refusal, else the code of the system's. */
function outcomeOf(error) {
  if (error instanceof Deno.errors.NotCapable || /Requires \w+ access/.test(error.message)) {
    return "NotCapable";
  }
  if (error.code !== undefined && /^E[A-Z]+$/.test(error.code)) return error.code;
  if (/\(os error 13\)/.test(error.message)) return "EACCES";
  return `${error.name}: ${error.message}`.split("\n")[0];
}

/** What is tried without waiting; the waiting forms of these load code that costs half a start. */
const AT_ONCE = {
  "answer": () => {},
  "read": (it) => Deno.readTextFileSync(it.path),
  "write": (it) => Deno.writeTextFileSync(it.path, "written"),
  "environment": (it) => {
    if (Deno.env.get(it.name) === undefined) throw new Error("not set");
  },
  "execute": (it) => new Deno.Command(it.path, { args: ["--version"] }).outputSync(),
  "link-library": (it) => Deno.dlopen(it.path, {}).close(),
};

async function attempt(it) {
  switch (it.do) {
    case "import":
      return void await import(it.path);
    case "connect":
      return (await Deno.connect({ hostname: "127.0.0.1", port: it.port })).close();
    case "connect-unix":
      return (await Deno.connect({ transport: "unix", path: it.path })).close();
    default:
      return void AT_ONCE[it.do](it);
  }
}

const attempts = JSON.parse(Deno.args[0]);
const outcomes = await Promise.all(
  attempts.map((it) =>
    it.do === "import-literally" ? literally : attempt(it).then(() => "ok", outcomeOf)
  ),
);
Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(outcomes)}\n`));
