/** One variable that bulkhead itself goes by. */
export interface Variable {
  readonly name: string;
  /** What it does, one sentence without a period. */
  readonly about: string;
}

/** Every variable that bulkhead reads; a test holds it against the sources. */
export const ENVIRONMENT: readonly Variable[] = [
  {
    name: "BULKHEAD_CACHE",
    about: "where the runtime is unpacked and proofs are remembered; an absolute path that only " +
      "this user may write",
  },
  {
    name: "BULKHEAD_RUNTIME",
    about: "the Deno that runs the tasks, where --runtime names none",
  },
  {
    name: "BULKHEAD_TRUST",
    about: "the public keys that may have signed a bundle, where --trust names none; files or " +
      "directories of them, with colons between",
  },
  {
    name: "BULKHEAD_STATE",
    about:
      "which bundle this node accepted last is remembered there, and what --resume goes by; a " +
      "directory that only this user may write",
  },
  {
    name: "BULKHEAD_DEBUG",
    about: "if it is set, an error of bulkhead's own is told with the place in its code",
  },
  { name: "NO_COLOR", about: "if it is set and not empty, nothing is coloured" },
  {
    name: "SECRET_*",
    about:
      "secrets in base64: secret('X') in a flow is SECRET_X; only a task that names it gets it",
  },
  {
    name: "XDG_CACHE_HOME",
    about: "its directory bulkhead is the cache where BULKHEAD_CACHE is not set",
  },
  {
    name: "XDG_STATE_HOME",
    about: "its directory bulkhead is the state where BULKHEAD_STATE is not set",
  },
  {
    name: "HOME",
    about: "its directory .cache/bulkhead is the cache where neither is set, its " +
      ".local/state/bulkhead the state, its .docker the engine client's configuration",
  },
  {
    name: "SOURCE_DATE_EPOCH",
    about: "seconds since 1970: when pack says that a bundle was made",
  },
  { name: "TMPDIR", about: "where workspaces are made without --workspace, else in /tmp" },
  { name: "TZ", about: "the time zone of tasks, else the machine's" },
  { name: "PATH", about: "where the engine's client and helpers are looked for" },
  { name: "DOCKER_HOST", about: "where the container engine answers" },
  { name: "DOCKER_CONTEXT", about: "the context of the engine's client that says so" },
  {
    name: "DOCKER_CONFIG",
    about: "the directory of the engine client's configuration, with credentials of registries; " +
      "no task can read it",
  },
  {
    name: "DOCKER_TLS_VERIFY",
    about: "whether docker's client checks an engine that it reaches by TCP",
  },
  { name: "DOCKER_TLS", about: "whether docker's client speaks TLS to it" },
  { name: "DOCKER_CERT_PATH", about: "the directory of the keys that it does so with" },
  { name: "SSH_AUTH_SOCK", about: "the agent of an engine that is reached by ssh" },
  { name: "CONTAINER_HOST", about: "where podman's service answers; without it podman needs none" },
  { name: "CONTAINER_SSHKEY", about: "the key of such a service that is reached by ssh" },
  { name: "CONTAINERS_CONF", about: "podman's configuration" },
  { name: "CONTAINERS_STORAGE_CONF", about: "podman's configuration of its storage" },
  { name: "CONTAINERS_REGISTRIES_CONF", about: "podman's configuration of registries" },
  { name: "CONTAINERD_ADDRESS", about: "the socket that nerdctl reaches containerd at" },
  { name: "CONTAINERD_NAMESPACE", about: "the namespace of containerd that nerdctl uses" },
  { name: "NERDCTL_TOML", about: "nerdctl's configuration" },
  { name: "XDG_RUNTIME_DIR", about: "where the sockets of an engine without a superuser lie" },
  { name: "XDG_CONFIG_HOME", about: "where podman and nerdctl look for their configuration" },
  { name: "XDG_DATA_HOME", about: "where podman and nerdctl have the images of a user" },
];
