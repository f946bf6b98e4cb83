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
      /** What it runs in when nobody names an image. */
      readonly image: string;
      readonly properties: readonly string[];
    }
    | { readonly kind: "flowable" }
  );
