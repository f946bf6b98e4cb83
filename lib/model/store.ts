/** A value, and until when it is one. */
export interface KeyValue {
  readonly key: string;
  readonly value: unknown;
  /** Milliseconds since 1970; absent: for ever. */
  readonly expiresAtMs?: number;
}

/**
 * What outlives executions: keys and values of namespaces, states of flows. Calls are synchronous: each
 * is a read or a write of a local database, and done when it returns.
 */
export interface KeyValueStore extends Disposable {
  get(namespace: string, key: string): KeyValue | undefined;
  /**
   * @param ttlMs From now; absent: for ever.
   * @returns `false` where the key is there and may not get another value.
   */
  set(
    namespace: string,
    key: string,
    value: unknown,
    options: { readonly ttlMs?: number; readonly overwrite: boolean },
  ): boolean;
  /** @returns Whether it was there. */
  delete(namespace: string, key: string): boolean;
  /** Those that begin with `prefix`, in order; what has expired is not among them. */
  list(namespace: string, prefix: string): readonly KeyValue[];
}
