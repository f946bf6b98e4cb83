/** Why a file is not laid or not kept, for a person. The script does not run, or does without. */
export class FileRefusal extends Error {
  override readonly name = "FileRefusal";
}
