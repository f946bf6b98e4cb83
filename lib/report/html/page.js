// The page can be read without it: it filters log lines, and opens everything for a printer.
"use strict";

const form = document.querySelector("#filter");
if (form !== null) {
  const levels = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR"];
  const lines = [...document.querySelectorAll("#lines > li")].map((element) => ({
    element,
    level: levels.indexOf(element.dataset.level),
    task: element.dataset.task,
    text: element.textContent.toLowerCase(),
  }));
  const shown = document.querySelector("#shown");
  const filter = () => {
    const least = levels.indexOf(form.elements.level.value);
    const task = form.elements.task.value;
    const words = form.elements.text.value.toLowerCase().split(/\s+/).filter((it) => it !== "");
    let count = 0;
    for (const line of lines) {
      const matches = line.level >= least && (task === "" || line.task === task) &&
        words.every((it) => line.text.includes(it));
      line.element.hidden = !matches;
      if (matches) count++;
    }
    shown.textContent = `${count} of ${lines.length} lines`;
  };
  form.hidden = false;
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  filter();
}

/** A link into what is folded up unfolds it. */
const unfold = () => {
  const target = document.getElementById(location.hash.slice(1));
  for (let it = target; it; it = it.parentElement) {
    if (it.localName === "details") it.open = true;
  }
  target?.scrollIntoView();
};
addEventListener("hashchange", unfold);
unfold();

addEventListener("beforeprint", () => {
  for (const it of document.querySelectorAll("details")) it.open = true;
});
