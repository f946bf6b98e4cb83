import { makeIo } from "./lib/cli/make_io.ts";
import { main } from "./lib/cli/main.ts";

if (import.meta.main) {
  using io = makeIo();
  const code = await main(Deno.args, io);
  Deno.exit(io.broken() ?? code);
}
