import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { coverPorts, parsePorts } from "./port_range.ts";

Deno.test("parsePorts() reads ports and ranges, and nothing else", () => {
  deepEqual(parsePorts("8080"), { first: 8080, last: 8080 });
  deepEqual(parsePorts("1-65535"), { first: 1, last: 65_535 });
  for (const it of ["0", "65536", "9-8", "1-", "-1", "", " 1", "1.0", "1e3", "0x1", "1-2-3"]) {
    equal(parsePorts(it), undefined, it);
  }
});

Deno.test("coverPorts() looks at every port", () => {
  const range = fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 5 }))
    .map(([first, more]) => ({ first, last: first + more }));
  let covered = 0;
  fc.assert(
    fc.property(fc.array(range, { maxLength: 4 }), range, (ranges, inner) => {
      const ports = Array.from({ length: inner.last - inner.first + 1 }, (_, i) => inner.first + i);
      const every = ports.every((port) => ranges.some((it) => it.first <= port && port <= it.last));
      equal(coverPorts(ranges, inner), every);
      if (every) covered++;
    }),
    { numRuns: 2_000 },
  );
  ok(covered > 100, `${covered} were covered`);
});
