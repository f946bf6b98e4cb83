import { deepEqual, equal, match, ok } from "node:assert/strict";
import { makeFiles } from "../cli/bulkhead.ts";
import { runFlow } from "../flows/events.ts";
import { testWith } from "../must.ts";
import { startChromium } from "./chromium.ts";
import { bars } from "./in_page.ts";
import { onTerminal } from "./on_terminal.ts";

const FILES = {
  "policy.yaml": "bulkhead:\n  filesystem: closed\n",
  "flow.yaml": `id: loops
namespace: a.b
tasks:
  - id: each
    type: io.kestra.plugin.core.flow.ForEach
    values: ["one", "two"]
    tasks:
      - {id: say, type: io.kestra.plugin.core.log.Log, message: "the value {{ taskrun.value }}"}
  - id: side
    type: io.kestra.plugin.core.flow.Parallel
    tasks:
      - {id: left, type: io.kestra.plugin.core.flow.Sleep, duration: PT0.6S}
      - {id: right, type: io.kestra.plugin.core.flow.Sleep, duration: PT0.6S}
  - id: flaky
    type: io.kestra.plugin.core.execution.Fail
    errorMessage: no luck
    retry: {type: constant, interval: PT0.3S, maxAttempts: 2}
`,
};
const ARGV = ["flow.yaml", "-p", "policy.yaml", "--concurrency", "2"] as const;

testWith(
  "chromium",
  "report: flowables hold the bars of their tasks, attempts and waits apart",
  async () => {
    await using files = await makeFiles(FILES);
    const { code, stderr } = await runFlow([...ARGV, "--report", "report.html"], {
      cwd: files.path,
    });
    equal(code, 1, stderr);
    await using chromium = await startChromium();
    const { page } = chromium;
    await page.send("Emulation.setDeviceMetricsOverride", {
      width: 1280,
      height: 900,
      deviceScaleFactor: 1,
      mobile: false,
    });
    await page.open(`file://${files.path}/report.html`);
    deepEqual(page.complaints, []);
    const shown = new Map((await page.evaluate<Bar[]>(bars)).map((it) => [it.name, it]));
    deepEqual([...shown.keys()].slice(0, 3), ["each", "say[one]", "say[two]"]);
    const of = (name: string) => shown.get(name)!;
    const from = (name: string) => of(name).spans[0]!.from;
    const to = (name: string) => of(name).spans.at(-1)!.to;
    for (
      const [inner, outer] of [
        ["say[one]", "each"],
        ["say[two]", "each"],
        ["left", "side"],
        ["right", "side"],
      ] as const
    ) {
      ok(
        from(inner) >= from(outer) - 0.005 && to(inner) <= to(outer) + 0.005,
        `${inner} in ${outer}`,
      );
      equal(
        of(inner).track.left,
        of(outer).track.left,
        "bars of all depths begin at the same place",
      );
    }
    ok(to("say[one]") <= from("say[two]") + 0.005, "one after the other");
    ok(from("left") < to("right") && from("right") < to("left"), "side by side");
    const flaky = of("flaky").spans.filter((it) => it.what !== "waiting" && it.to - it.from > 0);
    deepEqual(flaky.map((it) => it.what).slice(0, 2), ["failed", "retrying"]);
    equal(flaky.at(-1)!.what, "failed");
    const nested = await page.evaluate<string[]>(
      "[...document.querySelectorAll('.runs ol ol .name')].map((it) => it.textContent)",
    );
    deepEqual(nested.toSorted(), ["left", "right", "say[one]", "say[two]"]);
  },
);

testWith(
  "terminal",
  "terminal: what is in a loop stands below it, and tasks go on side by side",
  async () => {
    await using files = await makeFiles(FILES);
    const { code, raw, screen } = await onTerminal(["run", ...ARGV], {
      cwd: files.path,
      env: { NO_COLOR: "1" },
    });
    equal(code, 1, raw);
    match(raw, /▸ side +running .*\n {2}▸ left +running .*\n {2}▸ right +running/);
    for (const value of ["one", "two"]) {
      equal(raw.split(`say[${value}] │ INFO  the value ${value}\n`).length, 2, raw);
    }
    match(raw, /flaky │ retry attempt 1 failed, the next one begins in 300 ms: no luck/);
    const seen = screen.all();
    deepEqual(
      seen.slice(seen.indexOf("summary")).slice(0, 8).map((it) => it.replace(/\d+ ms/, "<n> ms")),
      [
        "summary",
        "  each     SUCCESS <n> ms",
        "    say    2 × SUCCESS at most <n> ms",
        "  side     SUCCESS <n> ms",
        "    left   SUCCESS <n> ms",
        "    right  SUCCESS <n> ms",
        "  flaky    FAILED  <n> ms",
        "FAILED  after <n> ms",
      ],
    );
  },
);

interface Bar {
  readonly name: string;
  readonly track: { readonly left: number };
  readonly spans: readonly { readonly what: string; readonly from: number; readonly to: number }[];
}
