/** What fits a text in which `*` stands for any signs and `?` for one. */
export function globPattern(glob: string): RegExp {
  const text = glob.replace(/[.+^${}()|[\]\\]/g, "\\$&").replace(/\*+/g, ".*").replaceAll("?", ".");
  return new RegExp(`^${text}$`, "s");
}
