import { deepEqual } from "node:assert/strict";
import { found, inShort } from "./lint_sample.ts";
import { IMAGE_LATEST, IMAGE_WITHOUT_DIGEST } from "./moving_image.ts";

const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;

const flow = (keys: string) =>
  `id: f
namespace: a.b
tasks:
  - id: t
    type: io.kestra.plugin.scripts.shell.Commands
    ${keys}
    commands: [make]
`;

interface Row {
  readonly image: string;
  readonly latest: boolean;
  readonly byTag: boolean;
}

const ROWS: readonly Row[] = [
  { image: "ubuntu", latest: true, byTag: false },
  { image: "ghcr.io/acme/app:latest", latest: true, byTag: false },
  { image: "localhost:5000/app", latest: true, byTag: false },
  { image: "ubuntu:24.04", latest: false, byTag: true },
  { image: `ubuntu@${DIGEST}`, latest: false, byTag: false },
  // The engine goes by the digest, whatever the tag says.
  { image: `ubuntu:latest@${DIGEST}`, latest: false, byTag: false },
  { image: "'{{ inputs.image }}'", latest: false, byTag: false },
  { image: "'not an image'", latest: false, byTag: false },
];
Deno.test.each(ROWS)("an image $image is told to move", async ({ image, latest, byTag }) => {
  const flows = [flow(`containerImage: ${image}`)];
  const at = (it: { at?: { line: number; column: number } }) => [it.at?.line, it.at?.column];
  const place = [6, 21];
  deepEqual((await found(IMAGE_LATEST, { flows })).map(at), latest ? [place] : []);
  deepEqual((await found(IMAGE_WITHOUT_DIGEST, { flows })).map(at), byTag ? [place] : []);
});

Deno.test("an image is found in the keys of old versions, and in defaults", async () => {
  const flows = [
    flow("docker: {image: ubuntu}"),
    flow("taskRunner: {type: io.kestra.plugin.scripts.runner.docker.Docker, image: ubuntu}"),
    `${flow("")}pluginDefaults:
  - type: io.kestra.plugin.scripts
    values: {containerImage: ubuntu}
`,
  ];
  for (const it of flows) deepEqual((await found(IMAGE_LATEST, { flows: [it] })).length, 1, it);
});

const FORCED = `kestra:
  plugins:
    defaults:
      - type: io.kestra.plugin.scripts
        forced: true
        values: {containerImage: "ubuntu:24.04"}
`;
const PINNED = `bulkhead:
  containers:
    images: {require-digest: true}
`;
const OPEN = `bulkhead:
  containers: {networks: [none]}
`;
Deno.test("nothing is said of an image that is replaced, or refused already", async () => {
  const flows = [flow("containerImage: ubuntu")];
  deepEqual(await found(IMAGE_LATEST, { flows, policy: FORCED }), []);
  deepEqual(await found(IMAGE_LATEST, { flows, policy: PINNED }), []);
  const seen = await found(IMAGE_LATEST, { flows, policy: OPEN });
  deepEqual(seen.map(inShort), [
    '6:21 Image "ubuntu" of task "t" is whatever its registry calls "latest" that day',
  ]);
});
