/** What an in-process class needs to do its own work, whoever wrote the task. */
export type Need = "net";

/** Why a class that is known is not run, and what to use in its place. */
export interface NotRun {
  readonly fact: string;
  readonly help?: string;
}

interface Entry {
  /** Where it is documented, or read in the source. */
  readonly source: string;
  readonly notRun?: NotRun;
}

/** How the text of a Script is run: it goes to a file, and a command runs the file. */
export interface ScriptFile {
  /** Where the file lies, from the workspace. */
  readonly name: string;
  /** The words before the file; a shell reads them. */
  readonly command: string;
  /** Lines of shell that have to come first. */
  readonly prepare: readonly string[];
}

/** A class that bulkhead can run, or knows enough about to say why not. */
export type KnownClass =
  & Entry
  & (
    | {
      readonly kind: "in-process";
      /** `built-in`: our code only. `eval`: the author's script. `foreign`: code we cannot run. */
      readonly program: "built-in" | "eval" | "foreign";
      readonly needs: readonly Need[];
      /** The properties it takes beside those of every task. */
      readonly properties: readonly string[];
    }
    | {
      readonly kind: "script";
      /** Where the author's text stands. */
      readonly body: "commands" | "script";
      /** `python`, `shell`; empty for what is no script plugin. */
      readonly language: string;
      /** What it runs in when nobody names an image. */
      readonly image: string;
      /** What reads the commands when the task does not say. */
      readonly interpreter: readonly string[];
      /** Absent where the text is what the interpreter reads: commands, and a shell's script. */
      readonly file?: ScriptFile;
      /** Variables that the class sets; the task's own beat them. */
      readonly env: Readonly<Record<string, string>>;
      /** Variables that name a directory, from the workspace, which a container may write. */
      readonly directories: Readonly<Record<string, string>>;
      readonly properties: readonly string[];
    }
    | {
      /** It contains tasks, or starts another flow; it runs nothing itself. */
      readonly kind: "flowable";
      readonly properties: readonly string[];
    }
  );
