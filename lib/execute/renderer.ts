import type { ExpressionPlace, HandedFile } from "../model/mod.ts";

/** What expressions are rendered with. */
export interface RenderScope {
  readonly variables: Readonly<Record<string, unknown>>;
  /** Those whose names stand in the expressions, decoded. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Stored files by their URIs, of those that expressions may ask for. */
  readonly files?: Readonly<Record<string, HandedFile>>;
}

/** A value with every text in it rendered, or why it cannot be. */
export type Rendered =
  | { readonly ok: true; readonly value: unknown }
  | {
    readonly ok: false;
    readonly message: string;
    /** In which of the texts, where it is about one. */
    readonly at?: ExpressionPlace;
  };

/**
 * Renders expressions that belong to no task's own child: conditions, values of loops, outputs of a flow,
 * scripts. One process for a whole execution, which may do nothing, holds no author's code, and knows
 * nothing of one rendering when it does the next.
 */
export interface Renderer extends AsyncDisposable {
  /** Renders every text in `value`, keys of maps as well; what holds no expression comes back as it is. */
  render(value: unknown, scope: RenderScope): Promise<Rendered>;
}
