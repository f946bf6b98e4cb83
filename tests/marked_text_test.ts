import { equal, throws } from "node:assert/strict";
import { markedText, type Markers, withMarkedText } from "./marked_text.ts";

const MARKERS: Markers = { begin: "<!-- it -->", end: "<!-- end -->" };

Deno.test("withMarkedText() changes what is between the markers, and nothing else", () => {
  const page = "above\n\n<!-- it -->\n\nold\n\n<!-- end -->\n\nbelow\n";
  const changed = withMarkedText(page, MARKERS, "new\n");
  equal(changed, page.replace("old", "new"));
  equal(markedText(changed, MARKERS), "new\n");
  equal(withMarkedText(changed, MARKERS, "old"), page);
});

Deno.test("a page without a place for the text is refused; with one it is not", () => {
  for (const page of ["", "<!-- it -->", "<!-- end --> <!-- it -->"]) {
    throws(() => withMarkedText(page, MARKERS, "new"), RangeError);
    throws(() => markedText(page, MARKERS), RangeError);
  }
  equal(markedText("<!-- it --> text <!-- end -->", MARKERS), "text\n");
});
