/** The largest bundle that is read or made, in bytes: it is held in memory whole. */
export const MAX_BUNDLE_BYTES = 64 * 1024 * 1024;
/** The most files that one holds. */
export const MAX_FILES = 4_096;
/** The largest manifest: room for that many files with the longest names. */
export const MAX_MANIFEST_BYTES = 2 * 1024 * 1024;
/** Keys that a node trusts; each is tried on a signature. */
export const MAX_KEYS = 64;
/**
 * How far the clocks of who packs and who runs may lie apart, for what was made in the future. An
 * expiry is not stretched by it.
 */
export const CLOCK_SKEW_MS = 10 * 60 * 1000;
