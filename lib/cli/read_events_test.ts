import { deepEqual, equal, rejects } from "node:assert/strict";
import { StageError } from "../model/mod.ts";
import { readEvents } from "./read_events.ts";

async function read(content: string | Uint8Array) {
  const file = await Deno.makeTempFile();
  try {
    await Deno.writeFile(
      file,
      typeof content === "string" ? new TextEncoder().encode(content) : content,
    );
    const lines = await Array.fromAsync(readEvents(file));
    return lines.map((it) =>
      "event" in it ? it.event.type : `${it.number} ${it.problem.message.replace(/^.*": /, "")}`
    );
  } finally {
    await Deno.remove(file);
  }
}

const event = (more: object = {}) =>
  JSON.stringify({ v: 1, type: "task.log", execution: "e", flow: "a/f", ...more });

const rows: readonly {
  readonly about: string;
  readonly text: string;
  readonly says: readonly string[];
}[] = [
  { about: "nothing", text: "", says: [] },
  { about: "a last line without an end", text: event(), says: ["task.log"] },
  { about: "empty lines and those of Windows", text: `\n${event()}\r\n\n`, says: ["task.log"] },
  { about: "a type that is not known", text: event({ type: "task.new" }), says: ["task.new"] },
  {
    about: "half a line",
    text: `${event()}\n{"v":1,`,
    says: ["task.log", "2 it is no JSON, or not all of it"],
  },
  { about: "what is no object", text: "[]\n1\n", says: ["1 it is no object", "2 it is no object"] },
  { about: "what is no event", text: "{}\n", says: ['1 it has no "v" and no "type"'] },
  {
    about: "an event that lacks something",
    text: `${event({ flow: 1 })}\n${
      event({ type: "task.denied", task: "t", permission: "read" })
    }\n`,
    says: ['1 it has no text "flow"', '2 it has no text "layer"'],
  },
  {
    about: "a denial whose reason is none",
    text: event({
      type: "task.denied",
      task: "t",
      permission: "read",
      layer: "deno",
      because: { effect: "x", rule: "y", source: { file: "f", line: 0, column: 1 } },
    }),
    says: ['1 "because" is no reason'],
  },
];

Deno.test.each([...rows])("readEvents() of $about", async ({ text, says }) => {
  deepEqual(await read(text), says);
});

Deno.test("readEvents() of lines across chunks, bytes that are no text, and a line without end", async () => {
  const long = event({ message: "ü".repeat(100_000) });
  deepEqual(await read(`${long}\n${long}\n`), ["task.log", "task.log"]);
  deepEqual(await read(new Uint8Array([0xff, 0x0a])), ["1 it is not UTF-8"]);
  deepEqual(
    await read(`${"x".repeat(17 * 2 ** 20)}\n${event()}\n`),
    ["1 it is longer than 16 MiB", "task.log"],
  );
});

Deno.test("readEvents() refuses another version of events", async () => {
  for (const v of [0, 2, "1", null]) {
    await rejects(read(event({ v })), (error: StageError) => {
      equal(error.diagnostics[0]!.code, "run/events-version");
      return error instanceof StageError;
    });
  }
});
