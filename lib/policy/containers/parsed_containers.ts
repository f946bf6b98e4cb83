import type { Source, Sourced, Transport, VolumeRule } from "../../model/mod.ts";
import type { SourcedList } from "../parsed_policy.ts";

/** What one file says of containers; what it does not say is absent. */
export interface ParsedContainers {
  readonly engine?: Sourced<string>;
  readonly transport?: Sourced<"auto" | Transport>;
  /** Patterns of images, each fit to be read. */
  readonly imagesAllow?: SourcedList;
  readonly imagesDeny?: SourcedList;
  readonly digestRequired?: Sourced<boolean>;
  readonly networks?: SourcedList;
  readonly users?: SourcedList;
  /** Without `CAP_`. */
  readonly capabilities?: SourcedList;
  /** Empty where the file says `false`. */
  readonly volumes?: { readonly items: readonly VolumeRule[]; readonly source: Source };
  readonly devices?: SourcedList;
  /** Each a port, or a range that has more than one. */
  readonly ports?: SourcedList;
  readonly readOnly?: Sourced<boolean>;
  readonly cpus?: Sourced<number>;
  /** In bytes, like the next two. */
  readonly memory?: Sourced<number>;
  readonly shm?: Sourced<number>;
  readonly tmp?: Sourced<number>;
}
