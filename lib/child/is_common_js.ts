// Taken before the author's code runs, so that it cannot stand in our way by accident.
const Compiled = Function;

/**
 * Whether JavaScript is a script as Node takes one: what is written as a module, with `import`,
 * `export` or an `await` outside of functions, is none. Compiles it, and runs nothing of it.
 */
export function isCommonJs(text: string): boolean {
  try {
    Compiled(
      "exports",
      "require",
      "module",
      "__filename",
      "__dirname",
      text.replace(/^#!.*/, ""),
    );
    return true;
  } catch {
    return false;
  }
}
