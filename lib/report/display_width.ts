/** Two columns on every terminal that knows the letter (Unicode 15, East Asian Width W and F). */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{16fe0}-\u{18cff}\u{1aff0}-\u{1b2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
const NONE = /[\p{Mn}\p{Me}]/u;
/** Makes an emoji of the letter before, which takes two columns then on some terminals. */
const EMOJI_SELECTOR = "\ufe0f";

/**
 * How many columns a text takes at most on a terminal.
 *
 * @param text Without control characters; see `printable()`.
 */
export function displayWidth(text: string): number {
  let width = 0;
  for (const letter of text) width += widthOf(letter);
  return width;
}

/** Cuts a text to so many columns; where it was longer it ends in `…`. */
export function cutToWidth(text: string, columns: number): string {
  if (columns <= 0) return "";
  let width = 0;
  let kept = "";
  for (const letter of text) {
    width += widthOf(letter);
    if (width > columns) return `${room(kept, columns)}…`;
    kept += letter;
  }
  return text;
}

/** The text without its last letters, until one more column is free. */
function room(text: string, columns: number): string {
  const letters = [...text];
  while (letters.length > 0 && displayWidth(letters.join("")) > columns - 1) letters.pop();
  return letters.join("");
}

function widthOf(letter: string): number {
  if (letter < "\x7f") return 1;
  if (letter === EMOJI_SELECTOR) return 1;
  if (NONE.test(letter)) return 0;
  return WIDE.test(letter) ? 2 : 1;
}
