import * as expression from "./expression/mod.ts";
import type { Parts } from "./parts.ts";

declare const provide: (part: Parts["expression"]) => void;

provide(expression);
