import { deepEqual, equal } from "node:assert/strict";
import { holdClientWords } from "./hold_client_words.ts";

function listen() {
  const said: string[] = [];
  const words = holdClientWords((from, { text }) => said.push(`${from}: ${text}`));
  const say = (from: "stdout" | "stderr", text: string) =>
    words.onLine(from, { kind: "text", text });
  return { said, words, say };
}

Deno.test("holdClientWords() keeps back what the client may have said, and gives it to who asks", () => {
  const { said, words, say } = listen();
  say("stderr", "docker: Error response from daemon: no");
  say("stderr", "");
  say("stderr", "Run 'docker run --help' for more information");
  deepEqual(said, []);
  equal(words.take().split("\n")[0], "docker: Error response from daemon: no");
  deepEqual(said, []);
});

Deno.test("holdClientWords() passes on, in order, what was the task's", () => {
  const { said, words, say } = listen();
  say("stderr", "WARNING: no swap");
  say("stdout", "out");
  say("stderr", "docker: later");
  deepEqual(said, ["stderr: WARNING: no swap", "stdout: out", "stderr: docker: later"]);
  words.release();
  equal(said.length, 3);
  equal(words.take(), "docker: later");
});

Deno.test("holdClientWords() holds no more than a few lines", () => {
  const { said, say } = listen();
  for (let i = 0; i < 30; i++) say("stderr", `Error: ${i}`);
  equal(said.length, 30);
});
