import { deepEqual, equal, match } from "node:assert/strict";
import { containerOf, placesOf, planScriptTask } from "../../../tests/plan_script_task.ts";

const ONLINE = { bulkhead: { containers: { networks: ["bridge"] } } };
const script = (more: object) => ({ type: "python.Script", script: "1", ...more });

Deno.test("dependencies are installed in the container, before all else", async () => {
  const plan = await planScriptTask(
    script({
      dependencies: ["requests[socks]>=2, <3", "a; python_version < '3'"],
      beforeCommands: ["b"],
    }),
    ONLINE,
  );
  const { work } = containerOf(plan);
  deepEqual(work.command.at(-1)!.split("\n"), [
    "set -e",
    `python -m pip install --quiet --no-input --target "$WORKING_DIR/.bulkhead-python" -- 'requests[socks]>=2, <3' 'a; python_version < '\\''3'\\''' || exit 1`,
    'export PYTHONPATH="$WORKING_DIR/.bulkhead-python"',
    "b",
    'python "$WORKING_DIR/.bulkhead-script.py"',
  ]);
  const own = await planScriptTask(
    script({ dependencies: ["a"], env: { PYTHONPATH: "lib" } }),
    ONLINE,
  );
  match(containerOf(own).work.command.at(-1)!, /\.bulkhead-python:\$PYTHONPATH"/);
});

Deno.test("without a network dependencies are refused, by the line that gives none", async () => {
  const none = await planScriptTask(script({ dependencies: ["a"] }), {
    bulkhead: { containers: { networks: ["none"] } },
  });
  equal(none.refusal?.code, "plan/dependencies");
  match(none.refusal.message, /come by the network, and its container has no network/);
  deepEqual(placesOf(none), ["policy.yaml:5", "flow.yaml:9"]);
  const unsaid = await planScriptTask(script({ dependencies: ["a"] }));
  equal(unsaid.refusal?.code, "plan/dependencies");
  deepEqual(placesOf(unsaid), ["flow.yaml:9"]);
  equal((await planScriptTask(script({ dependencies: [] }))).verdict, "run");
  equal((await planScriptTask(script({ dependencies: ["a"] }), ONLINE)).verdict, "run");
});

Deno.test.each([
  "-r requirements.txt",
  "--index-url=https://evil.example",
  "git+https://evil.example/x",
  "x @ https://evil.example/x.whl",
  "./local",
  "/tmp/x.whl",
  "a b",
  "a\n-r b",
  "{{ inputs.x }}",
  "",
  "$(id)",
])("dependency %s is no name of a package", async (bad) => {
  const { refusal } = await planScriptTask(script({ dependencies: ["good", bad] }), ONLINE);
  match(refusal?.message ?? "", /"dependencies" holds /);
});

Deno.test.each([
  "requests",
  "zope.interface",
  "ruamel.yaml>=0.18,<1",
  "a==1!2.0.*",
  "a~=1.2",
  "a===1.0+local",
  "psycopg[binary, pool]",
])("dependency %s is one", async (good) => {
  const { verdict, refusal } = await planScriptTask(script({ dependencies: [good] }), ONLINE);
  equal(verdict, "run", refusal?.message);
});

Deno.test.each([
  {
    name: "pythonVersion",
    bad: "3.11",
    good: "3.13",
    says: /nothing says that "python:3.13-slim" has it/,
  },
  { name: "packageManager", bad: "POETRY", good: "UV", says: /is not one of UV, PIP/ },
  { name: "dependencyCacheEnabled", bad: "perhaps", good: false, says: /is not true or false/ },
  { name: "uvAutoInstallEnabled", bad: true, good: false, says: /is about uv, which is not used/ },
  { name: "uvInstallerVersion", bad: "0.9", good: null, says: /is about uv, which is not used/ },
  { name: "uvInstallerSha256", bad: "a", good: null, says: /is about uv, which is not used/ },
])("$name: $bad is refused, $good is planned", async ({ name, bad, good, says }) => {
  match((await planScriptTask(script({ [name]: bad }))).refusal?.message ?? "", says);
  const planned = await planScriptTask(script({ [name]: good }));
  equal(planned.verdict, "run", planned.refusal?.message);
});
