import { deepEqual, equal, ok } from "node:assert/strict";
import { testWith } from "../must.ts";
import { makeBox } from "./box.ts";
import { watchHarness } from "./watch_harness.ts";

const TASK = {
  type: "io.kestra.plugin.scripts.shell.Script",
  taskRunner: { type: "io.kestra.plugin.core.runner.Process" },
};

/** Lets scripts run on the host. */
const POLICY = `kestra:
  ee:
    java-security: { enabled: true, authorized-class-prefix: [io.kestra.plugin.scripts] }
bulkhead: { limits: { timeout: PT5M } }
`;

const MILLION = 1_000_000;

/** A million lines, what they come to, and how many log lines that are. */
const rows = [
  { name: "text", script: `seq ${MILLION}`, vars: {}, logs: MILLION },
  {
    name: "one output",
    script: `yes '::{"outputs":{"n":1}}::' | head -n ${MILLION}; echo '::{"outputs":{"n":2}}::'`,
    vars: { n: 2 },
    logs: 0,
  },
  {
    name: "an output each",
    script: `seq -f '::{"outputs":{"a-name-that-is-long-%.0f":true}}::' ${MILLION}`,
    // As many as 8 MiB of JSON hold; that there are more is said once.
    vars: undefined,
    logs: 1,
  },
];

for (const { name, script, vars, logs } of rows) {
  testWith(
    "landlock",
    `boundary: the harness does not grow with a million lines of ${name}`,
    async () => {
      await using box = await makeBox();
      const flow = await box.write(
        "flow.yaml",
        JSON.stringify({
          id: "it",
          namespace: "boundary",
          tasks: [
            { ...TASK, id: "small", script: "seq 10" },
            { ...TASK, id: "large", script },
            { ...TASK, id: "after", script: "sleep 0.5" },
          ],
        }),
      );
      const policy = await box.write("policy.yaml", POLICY);
      const peaks: number[] = [];
      let pid = 0;
      let lines = 0;
      let kept: Readonly<Record<string, unknown>> | undefined;
      const harness = watchHarness(
        [flow, "-p", policy, "--workspace", `${box.root}/ws`],
        (event) => {
          if (event.type === "task.log" && event.task === "large") lines++;
          // After the last one the harness may be gone before it is looked at.
          if (event.type !== "task.finished" || event.task === "after") return;
          peaks.push(peakMegabytes(pid));
          if (event.task === "large") kept = event.outputs.vars as typeof kept;
        },
      );
      pid = harness.pid;
      const { code, stderr } = await harness.ended;
      equal(code, 0, stderr);
      equal(lines, logs);
      if (vars !== undefined) deepEqual(kept, vars);
      else {
        const names = Object.keys(kept!);
        ok(names.length > 50_000 && names.length < MILLION, `it kept ${names.length}`);
        equal(names[0], "a-name-that-is-long-1");
      }
      const [small, large] = peaks;
      ok(large! - small! < 300, `the harness grew from ${small} to ${large} MB`);
    },
  );
}

/** The most memory that a process has had so far; not a number when it has ended. */
function peakMegabytes(pid: number): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
}
