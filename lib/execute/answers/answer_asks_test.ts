import { deepEqual, equal, match } from "node:assert/strict";
import type { Question } from "../../model/mod.ts";
import { openLauncher } from "../launcher.ts";
import { runChild, startChild } from "../run_child.ts";
import { answerAsks } from "./answer_asks.ts";
import { answerer } from "./mod.ts";
import { readQuestion } from "./read_question.ts";

const GET: Question = { about: "kv", do: "get", key: "a" };
const READ = { about: "file", do: "read", uri: "u", offset: 0, length: 2 ** 20 };

Deno.test.each([
  { name: "a key", given: GET, is: GET },
  { name: "a key with more", given: { ...GET, more: 1 }, is: GET },
  { name: "no key", given: { about: "kv", do: "get" }, is: undefined },
  { name: "a key that is no text", given: { ...GET, key: {} }, is: undefined },
  { name: "another thing", given: { about: "secrets", do: "get", key: "a" }, is: undefined },
  { name: "another deed", given: { ...GET, do: "drop" }, is: undefined },
  { name: "a part", given: READ, is: READ },
  { name: "a part that is too large", given: { ...READ, length: 2 ** 20 + 1 }, is: undefined },
  { name: "a part before the file", given: { ...READ, offset: -1 }, is: undefined },
  { name: "text", given: "kv", is: undefined },
  { name: "null", given: null, is: undefined },
])("readQuestion() of $name", ({ given, is }) => deepEqual(readQuestion(given), is));

Deno.test("readQuestion() refuses a value that is nested too deep, and takes one that is not", () => {
  const nested = (levels: number) => JSON.parse("[".repeat(levels) + "]".repeat(levels));
  const ask = (levels: number) =>
    readQuestion({ about: "kv", do: "set", key: "a", overwrite: true, value: nested(levels) });
  equal(ask(400)?.about, "kv");
  equal(ask(600), undefined);
});

Deno.test("answerAsks() answers whatever is asked, by one line each", async () => {
  let heard = Promise.withResolvers<string>();
  const asks = answerAsks(answerer({
    kv: (question) => {
      if (question.do !== "get") throw new Error("only get");
      return { ok: true, value: "line\nfeed" };
    },
    logs: () => ({ ok: true, value: "x".repeat(9 * 2 ** 20) }),
  }));
  asks.onOpen((it) => {
    heard.resolve(it);
    return Promise.resolve(true);
  });
  const ask = async (question: unknown) => {
    heard = Promise.withResolvers();
    asks.take(question);
    const said = await heard.promise;
    await new Promise((next) => setTimeout(next)); // until it is taken
    return said;
  };
  equal(await ask(GET), '{"ok":true,"value":"line\\nfeed"}\n');
  equal(await ask({ about: "kv", do: "delete", key: "a" }), '{"ok":false,"message":"only get"}\n');
  match(await ask({ about: "state", do: "get", name: "n" }), /Cannot ask about .+state/);
  match(await ask("garbage"), /Cannot answer: it is no question/);
  match(
    await ask({ about: "logs", do: "fetch", level: "INFO" }),
    /the value has more than 8388608 characters/,
  );
});

Deno.test("a child that asks without end and never reads is answered once, and ends as it does", async () => {
  using launcher = openLauncher({
    found: false,
    problem: { code: "host/kernel-layer", severity: "error", message: "not asked for" },
  });
  const ask = '\\n\\036{"type":"ask","question":{"about":"logs","do":"fetch","level":"INFO"}}\\n';
  const result = '\\n\\036{"type":"result","state":"success","outputs":{}}\\n';
  const script =
    `i=0; while [ $i -lt 2000 ]; do printf '${ask}'; i=$((i+1)); done; printf '${result}'`;
  let asked = 0;
  const { ending, result: said } = await runChild(
    startChild({
      argv: ["/bin/sh", "-c", script],
      spawn: launcher.under(undefined),
      env: {},
      cwd: "/",
      preparation: { spawn: true, expressions: false },
    }),
    {
      job: { v: 1, work: { kind: "eval" }, task: {}, variables: {}, secrets: {} },
      signal: new AbortController().signal,
      onLog: () => {},
      onMetric: () => {},
      onDenied: () => {},
      onAsk: () => {
        asked++;
        // More than a pipe holds.
        return { ok: true, value: "x".repeat(2 ** 20) };
      },
    },
  );
  deepEqual(ending, { kind: "exited", code: 0 });
  equal(said?.state, "success");
  equal(asked, 1);
});
