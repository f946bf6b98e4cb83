import type { Source } from "./source.ts";

/** An import, as a module or a script says it by name. */
export interface ModuleImport {
  readonly specifier: string;
  /** Loaded when the code comes to it, and not with its module. */
  readonly isDynamic: boolean;
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
    | { readonly kind: "unknown" }
    /** A path that two readers could take for two files. */
    | { readonly kind: "ambiguous"; readonly fact: string };
  readonly source: Source;
}
