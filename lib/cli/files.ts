/** Files and directories that bulkhead uses without being told, for the manual page. */
export const FILES: readonly { readonly name: string; readonly about: string }[] = [
  {
    name: "~/.cache/bulkhead",
    about: "what the binary has unpacked, and which proofs held since the last boot; may be " +
      "deleted at any time; BULKHEAD_CACHE and XDG_CACHE_HOME move it",
  },
  {
    name: "/tmp/bulkhead-UID",
    about: "workspaces, one for each task run, gone when it ends; TMPDIR and --workspace move it",
  },
  {
    name: "policies/*.yaml",
    about: "ready-made policies to start from; baseline.yaml is built in and in force where no " +
      "policy is given",
  },
];
