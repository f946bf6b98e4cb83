/**
 * What a plan says of one access.
 *
 * @module
 */
export { becauseOfDenial } from "./because_of_denial.ts";
export { decideAccess } from "./decide_access.ts";
export { hostDenied, hostMatches } from "./host_matches.ts";
export { isInWorkspace, placePath, WORKSPACE } from "./place_path.ts";
