import { equal } from "node:assert/strict";
import fc from "fast-check";
import { escapeHtml, html } from "./escape.ts";

Deno.test.each([
  { name: "keeps plain text", text: "a b\nü 日", shown: "a b\nü 日" },
  { name: "disarms a tag", text: "<b>&</b>", shown: "&lt;b&gt;&amp;&lt;/b&gt;" },
  { name: "disarms both quotes", text: `"'`, shown: "&quot;&#39;" },
  { name: "shows what would turn text around", text: "a\u202eb", shown: "a\\u{202e}b" },
  { name: "shows half a letter", text: "\ud800", shown: "\\u{d800}" },
])("escapeHtml() $name", ({ text, shown }) => equal(escapeHtml(text), shown));

Deno.test("html`` escapes every value but what it has made itself", () => {
  equal(
    html`<i title="${'"'}">${"<"}${1}${false}${undefined}</i>`.text,
    `<i title="&quot;">&lt;1</i>`,
  );
  equal(
    html`<ol>${["<", ">"].map((it) => html`<li>${it}</li>`)}</ol>`.text.replace(/\s/g, ""),
    "<ol><li>&lt;</li><li>&gt;</li></ol>",
  );
  // What looks like it and is none is text.
  const forged = { text: "<script>" } as never;
  let made = "";
  try {
    made = html`${forged}`.text;
  } catch {
    // Refused: as good.
  }
  equal(made.includes("<script>"), false);
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    const said = html`<p title="${text}">${text}</p>`.text;
    equal(
      said.replaceAll(/&(?:amp|lt|gt|quot|#39);/g, "").match(/[<>"'&]/g)?.join(""),
      `<""></>`.replace("/", ""),
    );
  }));
});
