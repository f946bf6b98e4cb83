import { deepEqual, equal } from "node:assert/strict";
import type { PolicyEdit } from "../../model/mod.ts";
import { editPolicy } from "./edit_policy.ts";

const POLICY = `# why
kestra:
  ee:
    javaSecurity:
      enabled: true
      forbiddenPaths:
        - /etc # the machine's own
        - /srv
bulkhead:
  network: {allow: [a.org, b.org], deny: [c.org]}
`;
const FILE = "policy.yaml";
const at = (line: number, column: number) => ({ file: FILE, line, column });
const remove = (line: number, column: number, whole?: true): PolicyEdit => ({
  kind: "remove",
  at: at(line, column),
  key: "",
  value: "",
  ...(whole && { whole }),
});
const add = (path: string, value: string): PolicyEdit => ({
  kind: "add",
  file: FILE,
  path: path.split("."),
  value,
});

const rows: readonly {
  readonly name: string;
  readonly edits: readonly PolicyEdit[];
  /** What stands there after it, and did not before. */
  readonly has?: string;
  /** What does not any more. */
  readonly lost?: string;
  readonly comes: "made" | "nothing";
}[] = [
  { name: "an entry of a block list", edits: [remove(7, 11)], lost: "/etc", comes: "made" },
  { name: "an entry of a flow list", edits: [remove(10, 21)], lost: "a.org", comes: "made" },
  { name: "two at once", edits: [remove(7, 11), remove(8, 11)], lost: "/srv", comes: "made" },
  { name: "the only entry", edits: [remove(10, 43, true)], lost: "deny", comes: "made" },
  { name: "a key", edits: [remove(5, 7)], lost: "enabled", comes: "made" },
  { name: "what is not there", edits: [remove(5, 8)], comes: "nothing" },
  { name: "a list that is not all of it", edits: [remove(7, 11, true)], comes: "nothing" },
  {
    name: "an entry, in the other spelling",
    edits: [add("kestra.ee.java-security.forbidden-paths", "/new")],
    has: "        - /new",
    comes: "made",
  },
  {
    name: "a list that is new",
    edits: [add("kestra.local-files.allowed-paths", "/new")],
    has: "  local-files:\n    allowed-paths:\n      - /new",
    comes: "made",
  },
  {
    name: "a value",
    edits: [{ kind: "set", file: FILE, path: ["bulkhead", "spawn"], value: "never" }],
    has: "  spawn: never",
    comes: "made",
  },
  { name: "an entry of what is no list", edits: [add("bulkhead.network", "x")], comes: "nothing" },
  { name: "below what is no map", edits: [add("bulkhead.network.allow.x", "x")], comes: "nothing" },
];

Deno.test.each(rows)("editPolicy() of $name: $comes", ({ edits, has, lost, comes }) => {
  const made = editPolicy(POLICY, edits)?.text;
  equal(made === undefined ? "nothing" : "made", comes);
  if (has !== undefined) equal([POLICY.includes(has), made!.includes(has)].join(), "false,true");
  if (lost !== undefined) equal([POLICY.includes(lost), made!.includes(lost)].join(), "true,false");
  if (made !== undefined) equal(made.startsWith("# why\n"), true);
});

Deno.test("editPolicy() switches a block on that it makes, and changes nothing where YAML is wrong", () => {
  const edit = add("kestra.ee.java-security.forbidden-paths", "/x");
  equal(
    editPolicy("bulkhead: {kernel: off}\n", [edit])?.text,
    "bulkhead: { kernel: off }\nkestra:\n  ee:\n    java-security:\n      enabled: true\n" +
      "      forbidden-paths:\n        - /x\n",
  );
  equal(editPolicy("a: [", [edit]), undefined);
});

Deno.test("editPolicy() knows where what it left stood before", () => {
  const { text, writtenAt } = editPolicy(POLICY, [remove(7, 11), add("bulkhead.writable", "/x")])!;
  const place = (of: string) => {
    const line = text.split("\n").findIndex((it) => it.includes(of));
    return { line: line + 1, column: text.split("\n")[line]!.indexOf(of) + 1 };
  };
  deepEqual(writtenAt(place("/srv")), { line: 8, column: 11 });
  deepEqual(writtenAt(place("c.org")), { line: 10, column: 43 });
  equal(writtenAt(place("/x")), undefined);
  equal(writtenAt({ line: 99, column: 1 }), undefined);
});
