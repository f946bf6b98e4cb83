import { deepEqual, equal, match, ok } from "node:assert/strict";
import { answerer } from "../../lib/execute/answers/mod.ts";
import { openLauncher } from "../../lib/execute/launcher.ts";
import { openRenderer, type RendererNeeds } from "../../lib/execute/open_renderer.ts";
import type { Rendered, Renderer } from "../../lib/execute/renderer.ts";
import { locateChildCode } from "../../lib/host/child_code.ts";
import { denoArgv } from "../../lib/plan/deno_argv.ts";
import { type Box, lazily, makeBox } from "./box.ts";

const boxes: Box[] = [];
Deno.test.afterAll(async () => {
  for (const it of boxes) await it[Symbol.asyncDispose]();
});

/** The command line of a child that may do nothing. */
const argv = lazily(async () => {
  const box = await makeBox();
  boxes.push(box);
  const code = await locateChildCode({
    env: { BULKHEAD_CACHE: `${box.root}/cache` },
    origin: { kind: "sources" },
  });
  ok(code.found, JSON.stringify(code));
  const none = { allow: [], deny: [] } as const;
  const closed = { allow: [], deny: "all" } as const;
  return denoArgv(
    { runtime: Deno.execPath(), main: code.value.builtIn, importMap: code.value.importMap },
    {
      read: none,
      write: none,
      net: none,
      env: none,
      run: closed,
      ffi: closed,
      sys: none,
      import: closed,
    },
  );
});

const NO_KERNEL = {
  found: false,
  problem: { code: "host/kernel-layer", severity: "error", message: "not asked for" },
} as const;

/** Does it with a renderer, and gives the numbers of the processes that were started for it. */
async function withRenderer(
  work: (renderer: Renderer) => Promise<void>,
  needs: Partial<RendererNeeds> = {},
): Promise<readonly number[]> {
  using launcher = openLauncher(NO_KERNEL);
  const started: number[] = [];
  const under = (rules: Parameters<typeof launcher.under>[0]) => {
    const start = launcher.under(rules);
    return async (...its: Parameters<typeof start>) => {
      const process = await start(...its);
      started.push(process.pid);
      return process;
    };
  };
  {
    await using renderer = openRenderer({
      child: { argv: await argv() },
      launcher: { under },
      ...needs,
    });
    await work(renderer);
  }
  for (const it of started) equal(await isThere(it), false, `process ${it} is gone`);
  return started;
}

async function isThere(pid: number): Promise<boolean> {
  return await Deno.stat(`/proc/${pid}`).then(() => true, () => false);
}

const SCOPE = { variables: { inputs: { name: "Ada", list: [1, 2] } }, secrets: { KEY: "s3cret" } };

function failed(rendered: Rendered): Rendered & { readonly ok: false } {
  ok(!rendered.ok, JSON.stringify(rendered));
  return rendered;
}

Deno.test("renderer: renders every text however deep it is, keys as well, by one process", async () => {
  const started = await withRenderer(async (renderer) => {
    const value = {
      "{{ inputs.name }}": ["{{ inputs.list }}", 3, { deep: "{{ secret('KEY') }}" }],
      plain: "{ no expression }",
    };
    deepEqual(await renderer.render(value, SCOPE), {
      ok: true,
      value: { Ada: ["[1,2]", 3, { deep: "s3cret" }], plain: "{ no expression }" },
    });
    const many = Array.from({ length: 50 }, (_, i) => i);
    const results = await Promise.all(
      many.map((i) =>
        renderer.render("{{ inputs.i }}", { variables: { inputs: { i } }, secrets: {} })
      ),
    );
    deepEqual(results, many.map((i) => ({ ok: true, value: String(i) })));
  });
  equal(started.length, 1);
});

Deno.test("renderer: what holds no expression starts no process", async () => {
  const started = await withRenderer(async (renderer) => {
    const value = { a: ["{ b }", 1, null] };
    deepEqual(await renderer.render(value, SCOPE), { ok: true, value });
  });
  deepEqual(started, []);
});

Deno.test("renderer: nothing of one rendering is there in the next", async () => {
  await withRenderer(async (renderer) => {
    const first = await renderer.render(
      "{% set left = 'over' %}{{ left }}{{ secret('KEY') }}",
      SCOPE,
    );
    deepEqual(first, { ok: true, value: "overs3cret" });
    const bare = { variables: {}, secrets: {} };
    match(failed(await renderer.render("{{ left }}", bare)).message, /unknown name "left"/);
    match(failed(await renderer.render("{{ inputs }}", bare)).message, /unknown name "inputs"/);
    match(failed(await renderer.render("{{ secret('KEY') }}", bare)).message, /no secret/);
  });
});

Deno.test("renderer: a rendering that fails says in which text, and where in it", async () => {
  await withRenderer(async (renderer) => {
    const text = "Hello {{ inputs.nmae }}";
    const { message, at } = failed(await renderer.render({ a: "x", b: [text] }, SCOPE));
    match(
      message,
      /^Cannot render "inputs.nmae": unknown name "nmae" in "inputs"\nDid you mean "name"/,
    );
    deepEqual(at, { text, offset: text.indexOf("nmae") });
    deepEqual(await renderer.render("{{ inputs.name }}", SCOPE), { ok: true, value: "Ada" });
  });
});

Deno.test("renderer: a rendering over its deadline fails, and the next has a fresh process", async () => {
  const hangs = () => new Promise<never>(() => {});
  const started = await withRenderer(async (renderer) => {
    const [slow, next] = await Promise.all([
      renderer.render("{{ kv('a') }}", SCOPE),
      renderer.render("{{ inputs.name }}", SCOPE),
    ]);
    equal(failed(slow).message, "Cannot render: it takes longer than 2000 ms");
    deepEqual(next, { ok: true, value: "Ada" });
  }, { onAsk: hangs, deadlineMs: 2_000 });
  equal(started.length, 2);
});

Deno.test("renderer: a process that dies fails one rendering, and the next has a fresh one", async () => {
  let pid: number | undefined;
  const onAsk = () => {
    Deno.kill(pid!, "SIGKILL");
    return new Promise<never>(() => {});
  };
  using launcher = openLauncher(NO_KERNEL);
  const start = launcher.under(undefined);
  const under = () => async (...its: Parameters<typeof start>) => {
    const process = await start(...its);
    pid = process.pid;
    return process;
  };
  await using renderer = openRenderer({
    child: { argv: await argv() },
    launcher: { under },
    onAsk,
  });
  const { message } = failed(await renderer.render("{{ kv('a') }}", SCOPE));
  equal(message, "Cannot render: the renderer ended by SIGKILL");
  deepEqual(await renderer.render("{{ inputs.name }}", SCOPE), { ok: true, value: "Ada" });
});

Deno.test("renderer: an expression asks for a key, and is refused where nobody answers", async () => {
  const onAsk = answerer({
    kv: (question) => ({ ok: true, value: question.do === "get" ? { of: question.key } : null }),
  });
  await withRenderer(async (renderer) => {
    deepEqual(await renderer.render("{{ kv('a').of ~ kv('b').of }}", SCOPE), {
      ok: true,
      value: "ab",
    });
  }, { onAsk });
  await withRenderer(async (renderer) => {
    match(failed(await renderer.render("{{ kv('a') }}", SCOPE)).message, /Cannot ask about "kv"/);
  });
});

Deno.test("renderer: after its end it renders no more, and what it did is let go", async () => {
  let ended: Renderer | undefined;
  await withRenderer((renderer) => {
    ended = renderer;
    return Promise.resolve();
  });
  match(failed(await ended!.render("{{ 1 }}", SCOPE)).message, /has ended/);
});
