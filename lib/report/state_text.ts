import type { State } from "../model/mod.ts";
import type { Style } from "./style.ts";

/** A state in its colour, seven columns wide at least. */
export function stateText(state: State, style: Style): string {
  return tintOf(state, style)(state.padEnd(7));
}

function tintOf(state: State, style: Style): (text: string) => string {
  if (state === "SUCCESS") return style.green;
  return state === "FAILED" || state === "KILLED" ? style.red : style.yellow;
}
