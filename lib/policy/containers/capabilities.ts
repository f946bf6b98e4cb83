/**
 * What Linux calls capabilities (capabilities(7)) and a policy may give containers: what they do stays
 * inside of the container, its mounts and its networks.
 */
export const GIVEN: readonly string[] = [
  "AUDIT_WRITE",
  "CHOWN",
  "DAC_OVERRIDE",
  "FOWNER",
  "FSETID",
  "IPC_LOCK",
  "IPC_OWNER",
  "KILL",
  "LEASE",
  "NET_BIND_SERVICE",
  "NET_BROADCAST",
  "NET_RAW",
  "SETGID",
  "SETPCAP",
  "SETUID",
  "SYS_CHROOT",
];

/** Those that no policy gives, each with what a container could do with it. */
export const WITHHELD: Readonly<Record<string, string>> = {
  AUDIT_CONTROL: "it could switch off the audit of the machine",
  AUDIT_READ: "it could read the audit of the machine",
  BLOCK_SUSPEND: "it could keep the machine awake",
  BPF: "it could load programs into the kernel",
  CHECKPOINT_RESTORE: "it could look into other processes",
  DAC_READ_SEARCH: "it could open files of the machine that are not in the container",
  LINUX_IMMUTABLE: "it could leave files behind that cannot be removed",
  MAC_ADMIN: "it could change the rules of the machine's security modules",
  MAC_OVERRIDE: "it could pass over the rules of the machine's security modules",
  MKNOD: "it could make device files, in mounts too",
  NET_ADMIN: "it could take the addresses of its neighbours and undo rules of the network",
  PERFMON: "it could watch the kernel and other processes",
  SETFCAP: "it could mark files in mounts, and whoever starts one outside would have its powers",
  SYSLOG: "it could read the log of the kernel, and addresses in it",
  SYS_ADMIN: "it could mount file systems and leave the container",
  SYS_BOOT: "it could restart the machine",
  SYS_MODULE: "it could load code into the kernel",
  SYS_NICE: "it could take processors from others, past its limit",
  SYS_PACCT: "it could record the processes of the machine",
  SYS_PTRACE: "it could read and change other processes",
  SYS_RAWIO: "it could write to devices and memory of the machine",
  SYS_RESOURCE: "it could raise its own limits",
  SYS_TIME: "it could set the clock of the machine",
  SYS_TTY_CONFIG: "it could take over terminals of the machine",
  WAKE_ALARM: "it could wake the machine",
};

/** `CAP_NET_RAW` as `NET_RAW`; whether there is such a thing is not asked. */
export function capabilityName(text: string): string {
  return text.toUpperCase().replace(/^CAP_/, "");
}
