import type {
  ForcedPrecedence,
  KernelMode,
  Limits,
  Located,
  PluginDefault,
  PluginPattern,
  RulePolicy,
  Source,
  Sourced,
  SpawnMode,
} from "../model/mod.ts";
import type { ParsedContainers } from "./containers/parsed_containers.ts";

/** One policy file as it stands, before others are laid over it. */
export interface ParsedPolicy {
  readonly file: string;
  /** Absent when the file has no such block. */
  readonly javaSecurity?: {
    readonly enabled: Sourced<boolean>;
    readonly forbiddenPaths: readonly Sourced<string>[];
    readonly authorizedClassPrefix?: readonly Sourced<string>[];
    readonly forbiddenClassPrefix: readonly Sourced<string>[];
  };
  readonly defaults: readonly PluginDefault[];
  readonly policies?: readonly RulePolicy[];
  readonly includes?: readonly PluginPattern[];
  readonly excludes?: readonly PluginPattern[];
  readonly forcedPrecedence?: Sourced<ForcedPrecedence>;
  readonly filesystem?: Sourced<"open" | "closed">;
  readonly spawn?: Sourced<SpawnMode>;
  readonly allowedPaths?: SourcedList;
  readonly writable?: SourcedList;
  readonly kernel?: Sourced<KernelMode>;
  readonly networkAllow?: SourcedList;
  readonly networkDeny?: SourcedList;
  readonly env?: SourcedList;
  readonly limits: Limits;
  readonly containers?: ParsedContainers;
  readonly inProcess?: SourcedList;
  /** What it promises of itself: no rule, and read by whoever judges it. */
  readonly tests?: Located;
}

/** A list that is there, with its own place: `[]` and absent differ. */
export interface SourcedList {
  readonly items: readonly Sourced<string>[];
  readonly source: Source;
}
