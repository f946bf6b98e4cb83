import type { Source } from "./source.ts";

/** An import, as a module or a script says it by name. */
export interface ModuleImport {
  readonly specifier: string;
  readonly leadsTo:
    | {
      readonly kind: "file";
      /** Absolute and normalized. */
      readonly path: string;
      /** The same with all links resolved. */
      readonly real: string;
    }
    | { readonly kind: "remote"; readonly url: string }
    /** What children have: `zod`, `bulkhead`, Node's modules, `data:`. */
    | { readonly kind: "own" }
    /** A bare name that children do not have. */
    | { readonly kind: "unknown" };
  readonly source: Source;
}
