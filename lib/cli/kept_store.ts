import type { KeyValueStore } from "../model/mod.ts";
import { openKeyValues } from "../state/mod.ts";
import type { CommandIo } from "./command.ts";
import { needStateDirectory } from "./state_directory.ts";

/** Keys and values of namespaces, for as long as a run lasts. */
export interface KeptStore extends AsyncDisposable {
  /**
   * Opens them, once, when something first asks.
   *
   * @throws {StageError} When there is no place for them, or it cannot be relied on.
   */
  open(): Promise<KeyValueStore>;
}

/** Makes what opens the store in the state directory; disposing of it closes the store. */
export function keptStore(io: CommandIo): KeptStore {
  const opened: Promise<KeyValueStore>[] = [];
  return {
    open: () => opened[0] ??= openIn(io),
    async [Symbol.asyncDispose]() {
      const store = await opened[0]?.catch(() => undefined);
      store?.[Symbol.dispose]();
    },
  };
}

async function openIn(io: CommandIo): Promise<KeyValueStore> {
  return await openKeyValues(`${await needStateDirectory(io, "reach keys")}/store.sqlite`);
}
