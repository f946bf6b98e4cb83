import { makeWord } from "./box.ts";

/** Stands in what must stay closed. */
export const SECRET = makeWord("secret");
/** Stands in what a script may have. */
export const GRANTED = makeWord("granted");

/** A row's script, told where the file of the host is. */
export function attackScript(file: string, script: string): string {
  return `SECRET_FILE=${file}\n${script}`;
}

/** What a script tries; it is a shell's text. Finds $SECRET_FILE, a file of the host. */
export interface Row {
  readonly name: string;
  readonly script: string;
  /** What a script may do instead. */
  readonly control: string;
  /** What a plain `docker run` says, with the box mounted. */
  readonly reached: RegExp;
  /** What the control says; `reached` where it is not said. */
  readonly granted?: RegExp;
  /** Whether it takes a real root: the engine of an ordinary user's never gets that far. */
  readonly takesRoot?: true;
}

const word = new RegExp(SECRET);
const grantedWord = new RegExp(GRANTED);

/** What a container keeps a script from, whatever engine runs it. */
export const rows: readonly Row[] = [
  {
    name: "a file of the host",
    script: "cat $SECRET_FILE",
    control: `echo ${GRANTED} > own; cat own`,
    reached: word,
    granted: grantedWord,
  },
  {
    name: "the files beside its workspace",
    script: "ls $(dirname $SECRET_FILE)",
    control: `touch ${GRANTED}; ls`,
    reached: /secret\.txt/,
    granted: grantedWord,
  },
  {
    name: "the environment of the harness",
    script: "env",
    control: "env",
    reached: word,
    granted: /WORKING_DIR=/,
  },
  {
    name: "a write to its root",
    script: "echo planted > /etc/planted; cat /etc/planted",
    control: "echo planted > planted; cat planted",
    reached: /^planted$/m,
  },
  {
    name: "to be root",
    script: `test "$(id -u)" = 0 && echo root`,
    control: `test "$(id -u)" != 0 && echo somebody`,
    reached: /^root$/m,
    granted: /^somebody$/m,
  },
  {
    name: "capabilities",
    script: "grep ^CapEff /proc/self/status | grep -v 0000000000000000",
    control: "grep ^CapEff /proc/self/status | grep 0000000000000000",
    reached: /^CapEff/m,
  },
  {
    name: "new privileges",
    script: "grep ^NoNewPrivs /proc/self/status | grep 0",
    control: "grep ^NoNewPrivs /proc/self/status | grep 1",
    reached: /^NoNewPrivs/m,
  },
  {
    name: "a device",
    takesRoot: true,
    script: "mknod null c 1 3 && echo made",
    control: "mknod pipe p && echo made",
    reached: /^made$/m,
  },
];
