import type { Flowable } from "../../model/mod.ts";
import type { RunFlowable } from "./execution.ts";
import { runForgiven } from "./allow_failure.ts";
import { runGraph } from "./dag.ts";
import { runRepeat } from "./loop_until.ts";
import { runChoice } from "./switch.ts";
import { runShared } from "./working_directory.ts";
import { runBranch } from "./if.ts";
import { runEach } from "./for_each.ts";
import { runEachItem } from "./for_each_item.ts";
import { runPause } from "./pause.ts";
import { runSubflow } from "./subflow.ts";
import { runParallel } from "./parallel.ts";
import { runBlock } from "./sequential.ts";

type Kind = Flowable["kind"];
/** The flowable that may have this kind, among others. */
type OfKind<K extends Kind, F = Flowable> = F extends { readonly kind: infer Own }
  ? K extends Own ? F : never
  : never;

/** What runs flowables, by their kind. */
export const FLOWABLES: { readonly [K in Kind]?: RunFlowable<OfKind<K>> } = {
  Sequential: runBlock,
  AllowFailure: runForgiven,
  Switch: runChoice,
  Dag: runGraph,
  LoopUntil: runRepeat,
  WorkingDirectory: runShared,
  Parallel: runParallel,
  ForEach: runEach,
  If: runBranch,
  Pause: runPause,
  Subflow: runSubflow,
  ForEachItem: runEachItem,
};
