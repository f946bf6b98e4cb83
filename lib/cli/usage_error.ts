/** The command line itself was wrong. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  /** The way out; without one it is the command's `--help`. */
  readonly help: string | undefined;

  constructor(message: string, help?: string) {
    super(message);
    this.help = help;
  }
}
