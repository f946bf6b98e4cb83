import type { Because } from "../model/mod.ts";

/** What was learned of a flow, as it is shown. */
export interface Learned {
  readonly flow: string;
  /** YAML. */
  readonly policy: string;
  readonly proved: boolean;
  /** How often the flow was run under a proposal. */
  readonly rounds: number;
  readonly state: string;
  readonly stateUnderProposal?: string;
  readonly denied: readonly {
    readonly task: string;
    readonly permission: string;
    readonly value?: string;
    readonly because: Because;
  }[];
}

/** What was learned, as one JSON document, `v: 1`; its shape is part of the interface. */
export function learnJson(
  { flow, policy, proved, rounds, state, stateUnderProposal, denied }: Learned,
): string {
  const shown = denied.map(({ task, permission, value, because }) => ({
    task,
    permission,
    ...(value !== undefined && { value }),
    because,
  }));
  return `${
    JSON.stringify(
      { v: 1, flow, policy, proved, rounds, state, stateUnderProposal, denied: shown },
      null,
      2,
    )
  }\n`;
}
