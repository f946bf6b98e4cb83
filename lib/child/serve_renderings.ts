import type { Rendering } from "../model/job.ts";
import { scopeOf } from "./context.ts";
import { failureOf } from "./failure_of.ts";
import { nextLine, send } from "./protocol.ts";
import { renderValue } from "./render_text.ts";

/**
 * Does one rendering after the other until this process is ended. What one leaves is nothing: each has
 * values of its own, and what renders keeps none.
 */
export function serveRenderings(): never {
  while (true) {
    const rendering = nextLine() as Rendering;
    try {
      const outputs = renderValue(rendering.value, scopeOf(rendering));
      send({ type: "result", state: "success", outputs });
    } catch (error) {
      send(failureOf(error));
    }
  }
}
