/**
 * What a page is asked about itself. Each is a function that is sent there as text, so it must not use
 * anything of this file.
 */

/** A text on the page whose contrast is too low. */
export interface Faint {
  readonly text: string;
  readonly ratio: number;
}

/** Every text that can be seen, its colour against what is behind it (WCAG 2.2, contrast ratio). */
export const contrasts = `(() => {
  const parse = (text) => {
    const numbers = text.match(/[\\d.]+/g).map(Number);
    return { rgb: numbers.slice(0, 3), alpha: numbers[3] ?? 1 };
  };
  const over = (front, back) => front.rgb.map((it, i) => it * front.alpha + back[i] * (1 - front.alpha));
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((it) => it / 255).map((it) =>
      it <= 0.03928 ? it / 12.92 : ((it + 0.055) / 1.055) ** 2.4
    );
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    const chain = [];
    for (let it = element; it; it = it.parentElement) chain.unshift(it);
    return chain.reduce((back, it) => over(parse(getComputedStyle(it).backgroundColor), back), [255, 255, 255]);
  };
  const faint = [];
  let seen = 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const { textContent, parentElement } = walker.currentNode;
    if (textContent.trim() === "" || !parentElement.checkVisibility()) continue;
    if (["SCRIPT", "STYLE", "OPTION"].includes(parentElement.tagName)) continue;
    const back = behind(parentElement);
    const front = over(parse(getComputedStyle(parentElement).color), back);
    const [light, dark] = [luminance(front), luminance(back)].toSorted((a, b) => b - a);
    const ratio = (light + 0.05) / (dark + 0.05);
    seen++;
    if (ratio < 4.5) faint.push({ text: textContent.trim().slice(0, 60), ratio });
  }
  return { seen, faint };
})()`;

/** By how many pixels the page can be scrolled sideways, and what sticks out. */
export const overflow = `(() => {
  const wide = document.documentElement.clientWidth;
  const out = [...document.querySelectorAll("body *")]
    .filter((it) => it.checkVisibility() && !it.matches(".skip, .unseen") && !it.closest("svg"))
    .filter((it) => it.getBoundingClientRect().right > wide + 1)
    .map((it) => it.outerHTML.slice(0, 120));
  return { by: document.documentElement.scrollWidth - wide, out: out.slice(0, 5) };
})()`;

/** The bars of all task runs: from where to where each goes, as a part of its track, and its classes. */
export const bars = `[...document.querySelectorAll(".runs .bar")].map((bar) => {
  const track = bar.getBoundingClientRect();
  return {
    name: bar.parentElement.querySelector(".name").textContent,
    track: { left: track.left, width: track.width },
    spans: [...bar.querySelectorAll("rect")].map((it) => {
      const { left, right } = it.getBoundingClientRect();
      return {
        what: it.getAttribute("class"),
        from: (left - track.left) / track.width,
        to: (right - track.left) / track.width,
      };
    }),
  };
})`;

/** The log lines that can be seen. */
export const visibleLogs =
  `[...document.querySelectorAll("#lines > li")].filter((it) => it.checkVisibility())
  .map((it) => it.querySelector(".text").textContent)`;
