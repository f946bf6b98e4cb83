/**
 * What outlives executions, in a directory that only the harness may reach: the keys and values of
 * namespaces, and the records that executions are resumed from.
 *
 * @module
 */
export { type KeyValueOptions, openKeyValues } from "./open_key_values.ts";
export { type Executions, type Held, type JournalNeeds, openExecutions } from "./executions.ts";
export { type Slot, takeSlot } from "./take_slot.ts";
