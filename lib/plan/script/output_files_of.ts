import { notGiven, propertyOf, readTexts, type TaskReader } from "./task_reader.ts";

/** The patterns of files that are kept of a workspace; none leads out of it. */
export function outputFilesOf(reader: TaskReader): readonly string[] {
  const entry = propertyOf(reader, "outputFiles");
  const patterns = readTexts(reader, "outputFiles", entry);
  const out = patterns.find((it) => !it.startsWith("regex:") && it.split("/").includes(".."));
  if (out !== undefined) {
    notGiven(
      reader,
      "outputFiles",
      `holds ${JSON.stringify(out)}, which leads out of the workspace`,
      entry!.value.source,
    );
  }
  return patterns;
}
