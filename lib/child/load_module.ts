/**
 * Loads a module by a computed name: what a literal import would load is not checked by Deno.
 *
 * CommonJS modules are wrapped in an import of `node:module`. Behind the guard that is our own,
 * which Deno does not load on the wrapper's behalf: it has to be there before.
 *
 * @param path Absolute.
 * @returns What it exports.
 */
export async function loadModule(path: string): Promise<unknown> {
  const name = toUrl(path);
  try {
    return await import(name);
  } catch (error) {
    if (!/^Loading unprepared module:/.test((error as Error)?.message)) throw error;
    await import("node:module");
    return await import(name);
  }
}

/** An absolute path as modules are named. */
export function toUrl(path: string): string {
  return `file://${path.split("/").map(encodeURIComponent).join("/")}`;
}
