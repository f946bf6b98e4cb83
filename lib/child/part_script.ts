import type { Parts } from "./parts.ts";
import * as script from "./split_script.ts";

declare const provide: (part: Parts["script"]) => void;

provide(script);
