import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { Event } from "../../lib/model/mod.ts";
import { collectReport } from "../../lib/report/html/collect_report.ts";
import { reportPage } from "../../lib/report/html/page.ts";
import { sampleEvents } from "../../lib/report/sample_events.ts";
import { makeFiles } from "../cli/bulkhead.ts";
import { runFlow } from "../flows/events.ts";
import { testWith } from "../must.ts";
import { type Page, startChromium } from "./chromium.ts";
import { bars, contrasts, type Faint, overflow, visibleLogs } from "./in_page.ts";

const ATTACK = "document.title = 'taken'";
/** What somebody may write who wants the page to run something, or to look like something else. */
const ATTACKS = [
  `<script>${ATTACK}</script>`,
  `</script><script>${ATTACK}</script>`,
  `<img src=x onerror="${ATTACK}">`,
  `"><svg onload="${ATTACK}">`,
  `' onmouseover='${ATTACK}' autofocus onfocus='${ATTACK}`,
  `</li></ol><h1>SUCCESS</h1><style>* { display: none }</style>`,
  `<!-- `,
  `&lt;script&gt;`,
];

const FILES = {
  "policy.yaml": `bulkhead:
  filesystem: closed
kestra:
  ee:
    java-security:
      enabled: true
      forbidden-paths:
        - /etc/ # <script>${ATTACK}</script>
`,
  "flow.yaml": `id: f
namespace: a.b
description: ${JSON.stringify(ATTACKS.join(" "))}
labels: {team: "<b>bold</b>"}
inputs: [{id: who, type: STRING, defaults: "<i>italic</i>"}]
tasks:
  - id: first
    type: io.kestra.plugin.core.log.Log
    message: "hello {{ inputs.who }}"
  - id: attack
    type: io.kestra.plugin.graalvm.js.Eval
    outputs: [given]
    script: |
      const given = ${JSON.stringify(ATTACKS)};
      for (const it of given) logger.warn(it);
      runContext.metric({ name: "<b>m</b>", type: "counter", value: 1 });
      await new Promise((resolve) => setTimeout(resolve, 300));
  - id: denied
    type: io.kestra.plugin.graalvm.js.Eval
    allowFailure: true
    script: await Deno.readTextFile("/etc/<img src=x onerror=${ATTACK}>");
  - id: fails
    type: io.kestra.plugin.core.execution.Fail
    errorMessage: ${JSON.stringify(ATTACKS.join("\n"))}
`,
};

async function fileOf(text: string) {
  const files = await makeFiles({ "report.html": text });
  return {
    url: `file://${files.path}/report.html`,
    [Symbol.asyncDispose]: () => files[Symbol.asyncDispose](),
  };
}

async function show(page: Page, width: number, scheme: "light" | "dark", media = "") {
  await page.send("Emulation.setDeviceMetricsOverride", {
    width,
    height: 900,
    deviceScaleFactor: 1,
    mobile: false,
  });
  await page.send("Emulation.setEmulatedMedia", {
    media,
    features: [{ name: "prefers-color-scheme", value: scheme }],
  });
}

testWith("chromium", "report: a real run can be read, and nothing in it runs", async (t) => {
  await using files = await makeFiles(FILES);
  const { code, stderr, events } = await runFlow(
    ["flow.yaml", "-p", "policy.yaml", "--report", "report.html"],
    { cwd: files.path },
  );
  equal(code, 1, stderr);
  deepEqual(
    (await Array.fromAsync(Deno.readDir(files.path))).map((it) => it.name)
      .filter((it) => it.includes("report")),
    ["report.html"],
    "nothing half-made stays beside it",
  );
  const url = `file://${files.path}/report.html`;
  await using chromium = await startChromium();
  const { page } = chromium;
  await show(page, 1280, "light");
  await page.open(url);

  await t.step("it asks for nothing, and complains of nothing", () => {
    deepEqual(page.requests, [url]);
    deepEqual(page.complaints, []);
  });

  await t.step("what flows, tasks and policies say is text", async () => {
    equal(await page.evaluate("document.title"), "FAILED a.b/f");
    equal(await page.evaluate("document.querySelectorAll('img, b, i, [onmouseover]').length"), 0);
    equal(await page.evaluate("document.querySelectorAll('h1').length"), 1);
    equal(await page.evaluate("document.scripts.length"), 1);
    const logs = await page.evaluate<string[]>(visibleLogs);
    deepEqual(logs, ["hello <i>italic</i>", ...ATTACKS]);
    const text = await page.evaluate<string>("document.body.textContent");
    for (const it of ATTACKS) ok(text.split(it).length > 3, `${it}: in logs, outputs and errors`);
    ok(text.includes(`who: <i>italic</i>`) && text.includes("team: <b>bold</b>"));
  });

  await t.step("the denial comes first, with its rule and the line of it", async () => {
    const denied = await page.evaluate<string>(
      "document.querySelector('main > section:first-of-type').textContent",
    );
    match(denied, /denied was denied read "\/etc\/<img/);
    match(denied, /forbidden-paths\s+policy\.yaml:8:11\s*8 \| - \/etc\/ # <script>/);
  });

  await t.step("bars stand in order, as wide as the task runs were long", async () => {
    const shown = await page.evaluate<Bar[]>(bars);
    deepEqual(shown.map((it) => it.name), ["first", "attack", "denied", "fails"]);
    const at = (it: Event) => Date.parse(it.at);
    const [from, to] = [at(events[0]!), at(events.at(-1)!)];
    for (const { name, spans } of shown) {
      const part = (type: Event["type"]) => {
        const event = events.find((it) => it.type === type && "task" in it && it.task === name)!;
        return (at(event) - from) / (to - from);
      };
      const last = spans.at(-1)!;
      ok(Math.abs(last.from - part("task.started")) < 0.01, name);
      ok(Math.abs(last.to - part("task.finished")) < 0.01, name);
    }
    deepEqual(shown.map((it) => it.spans.at(-1)!.what), ["good", "good", "warned", "failed"]);
    ok(shown.every((it) => it.track.left === shown[0]!.track.left && it.track.width > 300));
  });

  await t.step("log lines are filtered by level, task and words", async () => {
    const set = (name: string, value: string) =>
      page.evaluate(`(() => {
        const field = document.forms[0].elements[${JSON.stringify(name)}];
        field.value = ${JSON.stringify(value)};
        field.dispatchEvent(new Event("input", { bubbles: true }));
      })()`);
    const count = async () => (await page.evaluate<string[]>(visibleLogs)).length;
    equal(await count(), 1 + ATTACKS.length);
    await set("level", "WARN");
    equal(await count(), ATTACKS.length);
    await set("text", "svg onload");
    deepEqual(await page.evaluate(visibleLogs), [ATTACKS[3]]);
    equal(await page.evaluate("document.querySelector('#shown').textContent"), "1 of 9 lines");
    await set("text", "");
    await set("task", "first");
    equal(await count(), 0);
    await set("level", "TRACE");
    equal(await count(), 1);
    await set("task", "");
  });

  await t.step("the isolation of a task tells layers, permissions, argv and reasons", async () => {
    const isolation = await page.evaluate<string>(
      "document.querySelector('#isolation').textContent",
    );
    for (
      const it of ["preflight", "deno", "kernel", "container", "--no-prompt", "policy.yaml:8:11"]
    ) {
      ok(isolation.includes(it), it);
    }
    const targets = await page.evaluate<string[]>(
      "[...document.querySelectorAll('a')].map((it) => it.getAttribute('href'))",
    );
    for (const it of targets) {
      match(it, /^#/);
      equal(
        await page.evaluate(`document.querySelector(${JSON.stringify(it)}) !== null`),
        true,
        it,
      );
    }
  });

  await t.step("every text has contrast, and light differs from dark", async () => {
    await page.evaluate("document.querySelectorAll('details').forEach((it) => it.open = true)");
    const backs: string[] = [];
    for (const scheme of ["light", "dark"] as const) {
      await show(page, 1280, scheme);
      const { seen, faint } = await page.evaluate<{ seen: number; faint: Faint[] }>(contrasts);
      ok(seen > 100, `${seen} texts`);
      deepEqual(faint, [], scheme);
      backs.push(await page.evaluate("getComputedStyle(document.documentElement).backgroundColor"));
    }
    equal(new Set(backs).size, 2);
    // Its control: what is faint is found.
    await page.evaluate(`(() => {
      const { style } = document.querySelector("h1");
      style.color = getComputedStyle(document.documentElement).backgroundColor;
    })()`);
    const { faint } = await page.evaluate<{ faint: Faint[] }>(contrasts);
    deepEqual(faint.map((it) => it.text), ["a.b/f"]);
  });

  await t.step("no width scrolls sideways, with everything unfolded", async () => {
    for (const width of [320, 768, 1440, 2560]) {
      await show(page, width, "light");
      deepEqual(await page.evaluate(overflow), { by: 0, out: [] }, String(width));
    }
  });

  await t.step("it can be used by keyboard", async () => {
    await show(page, 1280, "light");
    await page.open("about:blank");
    await page.open(url);
    const focus = () =>
      page.evaluate<string>(
        "`${document.activeElement.localName} ${document.activeElement.textContent.trim().slice(0, 20)}`",
      );
    await page.press("Tab");
    equal(await focus(), "a Skip to the report");
    for (let i = 0; i < 40 && !(await focus()).startsWith("summary"); i++) await page.press("Tab");
    match(await focus(), /^summary first/);
    const isOpen = "document.activeElement.parentElement.open";
    equal(await page.evaluate(isOpen), false);
    await page.press("Enter");
    equal(await page.evaluate(isOpen), true);
    const outline = await page.evaluate<string>(
      "getComputedStyle(document.activeElement).outlineStyle",
    );
    equal(outline, "solid");
    for (let i = 0; i < 40 && !(await focus()).startsWith("input"); i++) await page.press("Tab");
    await page.write("hello");
    deepEqual(await page.evaluate(visibleLogs), ["hello <i>italic</i>"]);
  });

  await t.step("what cannot be seen has a name", async () => {
    const { nodes } = await page.send("Accessibility.getFullAXTree");
    const all = (nodes as AxNode[]).filter((it) => !it.ignored);
    const named = (role: string) =>
      all.filter((it) => it.role?.value === role).map((it) => it.name?.value ?? "");
    for (const role of ["image", "searchbox", "combobox", "navigation", "region", "link"]) {
      const names = named(role);
      ok(names.length > 0, role);
      ok(names.every((it) => it !== ""), `${role}: ${names.join(" | ")}`);
    }
    equal(named("main").length, 1);
    equal(named("banner").length, 1);
    ok(named("image").some((it) => /^running [\d.]+ m?s$/.test(it)), named("image").join(" | "));
  });

  await t.step("it can be read without its script", async () => {
    await page.send("Emulation.setScriptExecutionDisabled", { value: true });
    await page.open(url);
    const { root } = await page.send("DOM.getDocument", { depth: 0 });
    const { nodeId } = root as { nodeId: number };
    const { nodeIds } = await page.send("DOM.querySelectorAll", {
      nodeId,
      selector: "#lines > li",
    });
    equal((nodeIds as number[]).length, 1 + ATTACKS.length);
    const { nodeId: form } = await page.send("DOM.querySelector", { nodeId, selector: "#filter" });
    const { attributes } = await page.send("DOM.getAttributes", { nodeId: form });
    ok((attributes as string[]).includes("hidden"), "what would do nothing is not shown");
    await page.send("Emulation.setScriptExecutionDisabled", { value: false });
  });

  await t.step("a printer gets all of it, in light", async () => {
    await show(page, 800, "dark", "print");
    await page.open(url);
    await page.evaluate("dispatchEvent(new Event('beforeprint'))");
    equal(await page.evaluate("document.querySelector('nav').checkVisibility()"), false);
    equal(await page.evaluate("document.querySelectorAll('details:not([open])').length"), 0);
    equal(
      await page.evaluate("getComputedStyle(document.documentElement).backgroundColor"),
      "rgb(255, 255, 255)",
    );
    deepEqual((await page.evaluate<{ faint: Faint[] }>(contrasts)).faint, []);
  });
});

interface Bar {
  readonly name: string;
  readonly track: { readonly left: number; readonly width: number };
  readonly spans: readonly { readonly what: string; readonly from: number; readonly to: number }[];
}

interface AxNode {
  readonly ignored: boolean;
  readonly role?: { readonly value: string };
  readonly name?: { readonly value: string };
}

function page(events: readonly Event[]): string {
  const { data, see } = collectReport([]);
  events.forEach(see);
  return reportPage(data, { at: "2026-01-02T03:04:06.000Z", texts: new Map(), version: "0" });
}

function attacked(): string {
  const { begin, start, log, finish, end } = sampleEvents();
  const text = page([begin(), start("t"), log("t", "THE LINE"), finish("t"), end()]);
  return text;
}

testWith(
  "chromium",
  "report: what it escapes would run without that, and without its CSP",
  async () => {
    const attack = ATTACKS[2]!;
    await using chromium = await startChromium();
    const title = async (text: string) => {
      await using file = await fileOf(text);
      await chromium.page.open(file.url);
      // The image is not there: once that is known, its handler has run, or was not let.
      await chromium.page.evaluate(`new Promise((resolve) => {
      const image = document.querySelector("img");
      const known = () => setTimeout(resolve);
      if (image.complete) known();
      else image.addEventListener("error", known);
    })`);
      return await chromium.page.evaluate<string>("document.title");
    };
    const raw = attacked().replace("THE LINE", () => attack);
    const bare = raw.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, "");
    ok(bare.length < raw.length);
    equal(await title(bare), "taken", "the control: neither escaped nor under a policy");
    const before = chromium.page.complaints.length;
    equal(await title(raw), "SUCCESS a.b/f", "not escaped, under the policy");
    ok(chromium.page.complaints.slice(before).some((it) => it.includes("Content Security Policy")));
  },
);

testWith(
  "chromium",
  "report: 10,000 task runs and 1 MB of logs are one page that opens soon",
  async () => {
    const { begin, start, log, finish, end } = sampleEvents();
    const { data, see } = collectReport([]);
    see(begin());
    see(start("each"));
    for (let i = 0; i < 10_000; i++) {
      see(start(`t:${i}`, { parent: "each", value: `v${i}` }));
      see(log(`t:${i}`, `line ${i} ${"x".repeat(100)}`, i % 1000 === 999 ? "ERROR" : "INFO"));
      see(finish(`t:${i}`, i % 2000 === 1999 ? "FAILED" : "SUCCESS", { outputs: { value: i } }));
    }
    see(finish("each", "FAILED"));
    see(end("FAILED"));
    const text = reportPage(data, {
      at: "2026-01-02T03:04:06.000Z",
      texts: new Map(),
      version: "0",
    });
    ok(text.length < 4_000_000, `${text.length} characters`);
    await using file = await fileOf(text);
    await using chromium = await startChromium();
    const started = performance.now();
    await chromium.page.open(file.url);
    const shown = await chromium.page.evaluate<number>(
      "document.querySelectorAll('.runs .bar').length",
    );
    const tookMs = performance.now() - started;
    ok(tookMs < 10_000, `${tookMs} ms`);
    ok(shown > 1000 && shown < 1400, `${shown} bars`);
    const said = await chromium.page.evaluate<string>("document.body.textContent");
    match(said, /task runs are counted and have no bar of their own/);
    match(said, /\d+ of 10000 lines are left out/);
    for (let i = 1999; i < 10_000; i += 2000) {
      ok(
        said.includes(`t[v${i}]`),
        "what failed has a bar",
      );
    }
    for (let i = 999; i < 10_000; i += 1000) {
      ok(
        said.includes(`line ${i} `),
        "what is an error is there",
      );
    }
    const counted = Number(/(\d+) SUCCESS, not shown/.exec(said)?.[1]);
    equal(counted + shown, 10_001, "none is lost");
    deepEqual(chromium.page.complaints, []);
  },
);
