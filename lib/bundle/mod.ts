/**
 * Policies, flows and plugins in one signed file: made, verified, and remembered by the node that
 * took it.
 *
 * @module
 */
export { type BundledFlow, chooseFlow, onlyFlow } from "./choose_flow.ts";
export type { Guard } from "./guard.ts";
export { generateKeys, type SigningKey } from "./keys.ts";
export { layPlugins } from "./lay_plugins.ts";
export { MAX_BUNDLE_BYTES, MAX_FILES } from "./limits.ts";
export { loadSigningKey } from "./load_signing_key.ts";
export { loadTrust } from "./load_trust.ts";
export { pathFault, type Role, ROLES } from "./manifest.ts";
export { openNodeState } from "./node_state.ts";
export { type Bundle, looksLikeBundle, openBundle } from "./open_bundle.ts";
export { DEFAULT_EXPIRY, parseExpiry } from "./parse_expiry.ts";
export { readBounded } from "./read_bounded.ts";
export { takeBundle, type TakenBundle } from "./take_bundle.ts";
export { type FileToPack, writeBundle } from "./write_bundle.ts";
export { writeWhole } from "./write_whole.ts";
