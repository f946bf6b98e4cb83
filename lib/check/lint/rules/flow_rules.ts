import type { LintRule } from "../lint_rule.ts";
import { DEPRECATED_RUNNER } from "./deprecated_runner.ts";
import { ENDLESS_RETRY, NO_TIMEOUT } from "./endless.ts";
import { FLOW_SECRET } from "./flow_secret.ts";
import { FORBIDDEN_IMPORT } from "./forbidden_import.ts";
import { FORBIDDEN_PATH } from "./forbidden_path.ts";
import { GOVERNED_EXPRESSION } from "./governed_expression.ts";
import { IDLE_FLOW_DEFAULT } from "./idle_flow_default.ts";
import { IMAGE_NOT_ALLOWED } from "./image_not_allowed.ts";
import { MISSPELT_CLASS } from "./misspelt_class.ts";
import { IMAGE_LATEST, IMAGE_WITHOUT_DIGEST } from "./moving_image.ts";
import { REPLACED_VALUE } from "./replaced_value.ts";
import { ENGINE_SOCKET, OPEN_MODE, REMOTE_CODE } from "./risky_command.ts";
import { SCRIPT_MAY_SPAWN } from "./script_may_spawn.ts";
import { UNKNOWN_FUNCTION } from "./unknown_function.ts";
import { UNKNOWN_INPUT, UNKNOWN_OUTPUT, UNKNOWN_VARIABLE } from "./unknown_reference.ts";
import { UNKNOWN_SUBFLOW } from "./unknown_subflow.ts";

/** What is looked for in flows, and in flows under policies. */
export const FLOW_RULES: readonly LintRule[] = [
  FLOW_SECRET,
  FORBIDDEN_IMPORT,
  FORBIDDEN_PATH,
  SCRIPT_MAY_SPAWN,
  GOVERNED_EXPRESSION,
  REPLACED_VALUE,
  IDLE_FLOW_DEFAULT,
  DEPRECATED_RUNNER,
  MISSPELT_CLASS,
  IMAGE_NOT_ALLOWED,
  IMAGE_LATEST,
  IMAGE_WITHOUT_DIGEST,
  REMOTE_CODE,
  OPEN_MODE,
  ENGINE_SOCKET,
  NO_TIMEOUT,
  ENDLESS_RETRY,
  UNKNOWN_OUTPUT,
  UNKNOWN_INPUT,
  UNKNOWN_VARIABLE,
  UNKNOWN_SUBFLOW,
  UNKNOWN_FUNCTION,
];
