/** Asks whoever sits at the terminal. */
export interface Prompt {
  /** Says something, as it is. */
  say(text: string): void;
  /**
   * Asks for a line.
   *
   * @param question Stands in front of the answer.
   * @param echo `hidden`: what is typed is not shown.
   * @returns Without its end; `undefined` for Ctrl-D, Ctrl-C, and where standard input was read already.
   */
  line(question: string, echo: "shown" | "hidden"): Promise<string | undefined>;
}

const BACKSPACE = ["\b", "\x7f"];
/** Ctrl-C and Ctrl-D, which a terminal hands over as letters where nothing is shown. */
const GIVE_UP = ["\x03", "\x04"];
/** Ctrl-U: all that was typed is taken back. */
const CLEAR = "\x15";

/**
 * Opens the terminal for questions. Nothing is read before the first of them.
 *
 * @param say Writes to the terminal.
 * @param signal Fires for Ctrl-C: there is no answer then.
 * @param isTaken Whether somebody else has read standard input to its end.
 */
export function openPrompt(
  say: (text: string) => void,
  signal: AbortSignal,
  isTaken: () => boolean,
): Prompt {
  const decoder = new TextDecoder();
  let rest = "";
  const read = async (): Promise<string | undefined> => {
    const buffer = new Uint8Array(4096);
    const stopped = Promise.withResolvers<null>();
    const stop = () => stopped.resolve(null);
    signal.addEventListener("abort", stop, { once: true });
    try {
      const count = signal.aborted
        ? null
        : await Promise.race([Deno.stdin.read(buffer), stopped.promise]);
      return count === null
        ? undefined
        : decoder.decode(buffer.subarray(0, count), { stream: true });
    } finally {
      signal.removeEventListener("abort", stop);
    }
  };
  const shownLine = async () => {
    for (;;) {
      const end = rest.indexOf("\n");
      if (end >= 0) {
        const line = rest.slice(0, end).replace(/\r$/, "");
        rest = rest.slice(end + 1);
        return line;
      }
      const more = await read();
      if (more === undefined) return undefined;
      rest += more;
    }
  };
  const hiddenLine = async () => {
    let line = "";
    for (;;) {
      for (const letter of rest) {
        rest = rest.slice(letter.length);
        if (letter === "\r" || letter === "\n") return line;
        if (GIVE_UP.includes(letter)) return undefined;
        if (letter === CLEAR) line = "";
        else if (BACKSPACE.includes(letter)) line = [...line].slice(0, -1).join("");
        else line += letter;
      }
      const more = await read();
      if (more === undefined) return undefined;
      rest += more;
    }
  };
  return {
    say,
    async line(question, echo) {
      if (isTaken()) return undefined;
      if (echo === "shown") {
        say(question);
        const line = await shownLine();
        if (line === undefined) say("\n");
        return line;
      }
      // Before the question stands there: what is typed then is shown already.
      Deno.stdin.setRaw(true);
      try {
        say(question);
        return await hiddenLine();
      } finally {
        Deno.stdin.setRaw(false);
        say("\n");
      }
    },
  };
}
