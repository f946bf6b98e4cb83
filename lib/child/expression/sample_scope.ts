import type { Scope } from "./mod.ts";

const FILES = new Map([
  ["kestra:///b", { size: 10, text: "text of b\n" }],
  ["kestra:///empty", { size: 0, text: "" }],
  ["kestra:///large", { size: 9_000_000 }],
]);

/** A scope for tests. Knows one secret, `KEY`, and a clock that stands still. */
export const sampleScope: Scope = {
  variables: {
    inputs: {
      name: "Ada",
      count: 7,
      half: 3.5,
      yes: true,
      nothing: null,
      blank: " ",
      tags: ["b", "a"],
      numbers: [3, 1, 2],
      nested: [[1, [2]], 3],
      map: { x: 1, y: null },
      json: '{"a":{"b":[1,2]}}',
      template: "{{ inputs.name }}!",
      outer: "{{ inputs.template }}",
      "with-dash": "dashed",
      bad: "{{ inputs.nope }}",
    },
    outputs: { "my-task": { value: "out", uris: { "a/b.txt": "kestra:///b" } } },
    taskrun: { value: "my-task", startDate: "2024-02-29T13:04:05.678901Z" },
    flow: { id: "f", namespace: "company.team" },
    parents: [{ taskrun: { value: "second" } }, { taskrun: { value: "first" } }],
    each: { first: { second: { "my-task": { value: "inner" } } } },
    inner: "count",
    contains2: "name with a word in front",
    ["__proto__x"]: 1,
  },
  secret: (name) => {
    if (name === "KEY") return "s3cret";
    throw new Error(`unknown secret "${name}"`);
  },
  file: (uri) => FILES.get(uri),
  ask: (question) => {
    if (question.about === "execution") {
      return question.do === "errorLogs" ? ["it broke"] : question.state === "FAILED" ? ["t"] : [];
    }
    if (question.about !== "kv" || question.do !== "get") throw new Error("not expected");
    if (question.key === "refused") throw new Error("not for you");
    if (question.key === "none") return undefined;
    return `key ${question.key}${
      question.namespace === undefined ? "" : ` in ${question.namespace}`
    }`;
  },
  now: () => new Date("2024-05-06T07:08:09.123Z"),
};
