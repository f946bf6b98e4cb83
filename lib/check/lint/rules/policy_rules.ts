import type { LintRule } from "../lint_rule.ts";
import { CONTRADICTED_PREFIX, SHADOWED_PREFIX } from "./class_prefixes.ts";
import { DEPRECATED_KEY, POLICY_REMOVED_IN_2 } from "./deprecated_key.ts";
import {
  FORBIDDEN_BY_LINK,
  LINKED_PATH,
  MISSING_PATH,
  NESTED_PATH,
  PATH_CLOSES_ALL,
} from "./forbidden_paths.ts";
import { IDLE_DEFAULT } from "./idle_default.ts";
import { IDLE_RULE } from "./idle_rule.ts";
import { POLICY_IMAGE_DENIED, POLICY_IMAGE_MOVES } from "./policy_image.ts";
import { POLICY_SECRET } from "./policy_secret.ts";
import { REPEATED_ENTRY } from "./repeated_entry.ts";
import { SCRIPT_CLASS_AUTHORIZED, SPAWN_UNRESTRICTED } from "./script_class_authorized.ts";
import { DEFAULT_REACHES_RUNNER, SCRIPTS_WITHOUT_CONTAINER } from "./scripts_without_container.ts";
import { IDLE_PATTERN, UNKNOWN_CLASS } from "./unknown_class.ts";
import { UNSATISFIABLE } from "./unsatisfiable.ts";
import { WEAK_SETTING } from "./weak_setting.ts";

/** What is looked for in policies. */
export const POLICY_RULES: readonly LintRule[] = [
  SCRIPTS_WITHOUT_CONTAINER,
  DEFAULT_REACHES_RUNNER,
  SCRIPT_CLASS_AUTHORIZED,
  SPAWN_UNRESTRICTED,
  SHADOWED_PREFIX,
  CONTRADICTED_PREFIX,
  UNKNOWN_CLASS,
  IDLE_PATTERN,
  NESTED_PATH,
  MISSING_PATH,
  LINKED_PATH,
  PATH_CLOSES_ALL,
  FORBIDDEN_BY_LINK,
  REPEATED_ENTRY,
  UNSATISFIABLE,
  IDLE_RULE,
  IDLE_DEFAULT,
  DEPRECATED_KEY,
  POLICY_REMOVED_IN_2,
  POLICY_SECRET,
  POLICY_IMAGE_DENIED,
  POLICY_IMAGE_MOVES,
  WEAK_SETTING,
];
