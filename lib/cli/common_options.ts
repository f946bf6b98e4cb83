import type { Question } from "./prepare.ts";

/** Options of every command that looks at flows under policies. */
export const COMMON_OPTIONS = {
  policy: { type: "string", short: "p", multiple: true, default: [] as string[] },
  plugins: { type: "string", multiple: true, default: [] as string[] },
  runtime: { type: "string" },
  workspace: { type: "string" },
} as const;

/** The same, for people. */
export const COMMON_HELP =
  `  -p, --policy PATH   a policy file, or a directory of them; repeat it, outermost first
  --plugins DIR       modules that implement classes; repeat it
  --runtime PATH      the Deno that runs the tasks (also BULKHEAD_RUNTIME)
  --workspace DIR     where workspaces are made (default: a directory in the system's own)
  -h, --help          this text
`;

/** What those options ask. */
export function questionOf(
  values: {
    readonly policy: string[];
    readonly plugins: string[];
    readonly runtime?: string | undefined;
    readonly workspace?: string | undefined;
  },
  flows: readonly string[],
): Question {
  const { policy, plugins, runtime, workspace } = values;
  return {
    flows,
    policies: policy,
    plugins,
    ...(runtime !== undefined && { runtime }),
    ...(workspace !== undefined && { workspace }),
  };
}
