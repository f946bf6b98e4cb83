import { rowOf, ROWS, type Technique } from "./technique.ts";

/** A shell's text; it finds the constants as variables, `TARGET` for `target`. */
const sh = (script: string) => `return run("/bin/sh", ["-c", ${JSON.stringify(script)}]);`;
const CAT = sh(`cat "$TARGET"`);
const READS = `Deno.readTextFileSync(Deno.env.get('TARGET'))`;
const runtime = (path: string, code: string) =>
  `return run(${path}, ["eval", "--no-lock", ${JSON.stringify(`console.log(${code})`)}]);`;

const spawning = (
  row: string,
  techniques: readonly Omit<Technique, "row" | "spawns">[],
): Technique[] => rowOf(row, techniques.map((it) => ({ ...it, spawns: true })));

/** What a class that may spawn does by what it starts, which knows no flags of Deno. */
export const subprocesses: readonly Technique[] = [
  ...spawning(ROWS.subprocessReads, [
    { name: "cat", code: CAT },
    { name: "a shell's own reading", code: sh(`read -r it < "$TARGET"; echo "$it"`) },
    {
      name: "by its working directory",
      code: `return run("/bin/cat", ["secret.txt"], { cwd: dir });`,
    },
    { name: "ls", code: sh(`ls "$DIR"`) },
    { name: "find", code: sh(`find "$DIR"`) },
    { name: "grep below the directory above", code: sh(`grep -r . "$ROOT/$NAME"`) },
    { name: "cp", code: sh(`cp -r "$DIR" "$SCRATCH/all"; cat "$SCRATCH/all/secret.txt"`) },
    { name: "dd", code: sh(`dd if="$TARGET" status=none`) },
    { name: "perl", code: `return run("/usr/bin/perl", ["-pe", "1", target]);` },
    {
      name: "a script of the task's own",
      code: `Deno.writeTextFileSync(scratch + "/it.sh", "#!/bin/sh\\ncat " + target + "\\n",
          { mode: 0o755 });
        return run(scratch + "/it.sh", []);`,
    },
  ]),
  ...spawning("reading by a thread of a class that may spawn", [
    {
      name: "a thread",
      code: `const source = "postMessage(Deno.readTextFileSync(" + JSON.stringify(target) + "))";
        const url = "data:text/javascript," + encodeURIComponent(source);
        const thread = new Worker(url, { type: "module" });
        try {
          return await new Promise((resolve, reject) => {
            thread.onmessage = ({ data }) => resolve(data);
            thread.onerror = (event) => {
              event.preventDefault();
              reject(new Error(event.message));
            };
          });
        } finally {
          thread.terminate();
        }`,
    },
  ]),
  ...spawning(ROWS.subprocessReads, [
    { name: "the runtime", code: runtime("Deno.execPath()", READS) },
    {
      name: "a symlink to it",
      code: `run("/bin/ln", ["-s", Deno.execPath(), scratch + "/deno"]);
        ${runtime(`scratch + "/deno"`, READS)}`,
    },
    {
      name: "a copy of it",
      code: `run("/bin/cp", [Deno.execPath(), scratch + "/deno"]);
        ${runtime(`scratch + "/deno"`, READS)}`,
    },
    {
      name: "what /proc says is running",
      code: runtime(`"/proc/self/exe"`, READS),
      control: runtime("Deno.execPath()", READS),
    },
    {
      name: "by a static import",
      code: `Deno.writeTextFileSync(scratch + "/it.mjs",
          "import word from " + JSON.stringify(dir + "/secret.mjs") + "; console.log(word);");
        return run(Deno.execPath(), ["run", "-A", "--no-lock", scratch + "/it.mjs"]);`,
    },
  ]),
  ...spawning(ROWS.subprocessReads, [
    { name: "ln -s", code: sh(`ln -s "$DIR" "$SCRATCH/link"; cat "$SCRATCH/link/secret.txt"`) },
    {
      name: "ln",
      code: sh(`ln "$TARGET" "$SCRATCH/hard"; cat "$SCRATCH/hard"`),
      control: sh(`cp "$TARGET" "$SCRATCH/own"; ln "$SCRATCH/own" "$SCRATCH/hard"
        cat "$SCRATCH/hard"`),
    },
    {
      name: "a link that was there",
      code: sh(`cat "$ROOT/links/dir-$NAME/secret.txt"`),
    },
    {
      name: "mv of the directory above",
      code: sh(`mv "$ROOT" "$ROOT-moved" && cat "$ROOT-moved/$NAME/secret.txt"
        if test -d "$ROOT-moved"; then mv "$ROOT-moved" "$ROOT"; fi`),
      control: sh(`mkdir "$SCRATCH/a"; cp "$TARGET" "$SCRATCH/a/own"; mv "$SCRATCH/a" "$SCRATCH/b"
        cat "$SCRATCH/b/own"`),
    },
    {
      name: "mv out of it",
      code: sh(`mv "$DIR/movable" "$SCRATCH/own" && cat "$SCRATCH/own"
        if test -f "$SCRATCH/own"; then mv "$SCRATCH/own" "$DIR/movable"; fi`),
      control: CAT,
    },
  ]),
  ...spawning(
    ROWS.subprocessWrites,
    [
      ["truncation", `: > "$TARGET"`],
      ["append", `echo more >> "$TARGET"`],
      ["truncate(2)", `perl -e 'truncate($ENV{TARGET}, 0) or die'`],
      ["rm", `rm -f "$TARGET"`],
      ["rmdir", `rmdir "$DIR/empty"`],
      ["mkdir", `mkdir "$DIR/made"`],
      ["mkfifo", `mkfifo "$DIR/made"`],
      ["mv into it", `: > "$SCRATCH/own"; mv "$SCRATCH/own" "$DIR/own"`],
      ["ln into it", `: > "$SCRATCH/own"; ln "$SCRATCH/own" "$DIR/own"`],
      ["ln -s in it", `ln -s file "$DIR/link"`],
      ["sed -i", `sed -i s/was/is/ "$TARGET"`],
    ].map(([name, script]) => ({ name: `written by ${name}`, code: sh(script!), changes: true })),
  ),
  ...spawning(ROWS.subprocessWrites, [
    {
      name: "mknod",
      code: sh(`mknod "$DIR/null" c 1 3`),
      control: sh(`mkfifo "$DIR/null"`),
      changes: true,
      superuser: true,
    },
  ]),
  ...spawning("owner, mode and times, by a subprocess", [
    { name: "chmod", code: sh(`chmod 600 "$TARGET"`), changes: true, ends: "reached" },
    { name: "touch", code: sh(`touch -d 1970-01-02 "$TARGET"`), changes: true, ends: "reached" },
    {
      name: "chown",
      code: sh(`chown :65534 "$TARGET"`),
      changes: true,
      superuser: true,
      ends: "reached",
    },
  ]),
  ...spawning("what is known of a file without opening it, by a subprocess", [
    {
      name: "stat",
      code: sh(`stat -c %s "$TARGET" > /dev/null && echo "$WORD"`),
      ends: "reached",
    },
    { name: "whether it is there", code: sh(`test -e "$TARGET" && echo "$WORD"`), ends: "reached" },
    { name: "where a link leads", code: sh(`readlink "$DIR/pointer"`), ends: "reached" },
  ]),
  ...spawning("a hard link that was there before", [
    { name: "cat of a hard link", code: sh(`cat "$ROOT/links/hard-$NAME"`), ends: "reached" },
  ]),
  ...spawning("mounts, namespaces and another root", [
    {
      name: "mount --bind",
      code: sh(`mkdir "$SCRATCH/at"
        unshare -m sh -c 'mount --bind "$DIR" "$SCRATCH/at" && cat "$SCRATCH/at/secret.txt"'`),
      control: CAT,
      superuser: true,
    },
    {
      name: "a user namespace",
      code: sh(`unshare -Ur cat "$TARGET"`),
      control: CAT,
      superuser: true,
    },
    {
      name: "chroot",
      code: `return run("/usr/bin/perl", ["-e",
        'chroot $ENV{DIR} or die "no: $!"; open F, "/secret.txt" or die "no: $!"; print <F>']);`,
      control: CAT,
      superuser: true,
    },
  ]),
  ...spawning("the harness's environment, by a subprocess", [
    {
      name: "inherited",
      code: `return run("/usr/bin/env", [], { env: {} });`,
    },
    {
      name: "by /proc",
      code: sh(`cat /proc/$VICTIM/environ`),
      control: CAT,
    },
    {
      name: "its command line",
      code: sh(`cat /proc/$VICTIM/cmdline && echo "$WORD"`),
      control: CAT,
    },
  ]),
];
