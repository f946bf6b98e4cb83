import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { imageName, type ImageReference, parseImage } from "./image_reference.ts";
import { image } from "./sample_images.ts";

const HEX = "0123456789abcdef".repeat(4);

/** What docker makes of it, in full: `docker pull` shows it. */
Deno.test.each([
  ["ubuntu", "docker.io/library/ubuntu:latest"],
  ["ubuntu:24.04", "docker.io/library/ubuntu:24.04"],
  ["oven/bun", "docker.io/oven/bun:latest"],
  ["docker.io/ubuntu", "docker.io/library/ubuntu:latest"],
  ["index.docker.io/oven/bun:1", "docker.io/oven/bun:1"],
  ["localhost/a", "localhost/a:latest"],
  ["localhost:5000/a/b:t", "localhost:5000/a/b:t"],
  ["local/a", "docker.io/local/a:latest"],
  ["mcr.microsoft.com/dotnet/sdk:10.0", "mcr.microsoft.com/dotnet/sdk:10.0"],
  ["r:5000/a", "r:5000/a:latest"],
  ["[::1]:5000/a", "[::1]:5000/a:latest"],
  ["a__b--c.d_e", "docker.io/library/a__b--c.d_e:latest"],
  [`a@sha256:${HEX}`, `docker.io/library/a@sha256:${HEX}`],
  [`a:t@sha256:${HEX}`, `docker.io/library/a@sha256:${HEX}`],
  // One image is not two.
  ["registry-1.docker.io/library/ubuntu", "docker.io/library/ubuntu:latest"],
  ["ghcr.io:443/acme/a", "ghcr.io/acme/a:latest"],
])("parseImage() reads %s", (text, name) => {
  const parsed = parseImage(text);
  ok(parsed.ok, JSON.stringify(parsed));
  equal(imageName(parsed.image), name);
});

/** Each beside the twin that is an image. */
Deno.test.each([
  ["it is empty", "", "a"],
  ['" " is in no name of an image', "a b", "a-b"],
  ['"\n" is in no name of an image', "a\nb", "a.b"],
  ['"--privileged" is no part of a name', "--privileged", "privileged"],
  ['"Ubuntu" is not in lower case', "Ubuntu", "ubuntu"],
  ['its registry "ACME" is not in lower case', "ACME/app", "acme/app"],
  ["a part of its name is empty", "a//b", "a/b"],
  ["a part of its name is empty", "/a", "a"],
  ["a part of its name is empty", "a/", "a/b"],
  ['"a..b" is no part of a name', "a..b", "a.b"],
  ["its tag is empty", "a:", "a:b"],
  ['".b" is no tag', "a:.b", "a:b."],
  [`"${"t".repeat(129)}" is no tag`, `a:${"t".repeat(129)}`, `a:${"t".repeat(128)}`],
  ["its digest is empty", "a@", `a@sha256:${HEX}`],
  [
    'its digest is not "sha256:" and 64 digits of 0-9 and a-f',
    `a@sha256:${HEX.slice(1)}`,
    `a@sha256:${HEX}`,
  ],
  [
    'its digest is not "sha256:" and 64 digits of 0-9 and a-f',
    `a@sha256:${HEX.toUpperCase()}`,
    `a@sha256:${HEX}`,
  ],
  [`"md5:${HEX}" is no digest of SHA-256`, `a@md5:${HEX}`, `a@sha256:${HEX}`],
  ["it is the ID of an image, not its name", HEX, `x${HEX}`],
  ["it is the ID of an image, not its name", `sha256:${HEX}`, `sha256x:${HEX}`],
  ["it is the ID of an image, not its name", "sha256:0123", "library/sha256:0123"],
  ['"-r.io" is no registry', "-r.io/a", "r.io/a"],
  ['"r.io:port" is no registry', "r.io:port/a", "r.io:1/a"],
  ['"https:" is no registry', "https://r.io/a", "r.io/a"],
  ["its name is longer than 255 characters", `a/${"b".repeat(244)}`, `a/${"b".repeat(243)}`],
  ["it is longer than 512 characters", "a".repeat(513), "a".repeat(200)],
])("parseImage() refuses what is wrong: %s", (fact, text, control) => {
  const parsed = parseImage(text);
  equal(parsed.ok ? imageName(parsed.image) : parsed.fact, fact);
  const twin = parseImage(control);
  equal(twin.ok || twin.fact, true);
});

Deno.test("parseImage() reads every image that is written in full, and its name again", () => {
  fc.assert(fc.property(image, ({ registry, path, tag, digest }) => {
    const text = `${registry}/${path}${tag === undefined ? "" : `:${tag}`}${
      digest === undefined ? "" : `@${digest}`
    }`;
    const expected: ImageReference = {
      registry,
      path: registry === "docker.io" && !path.includes("/") ? `library/${path}` : path,
      ...(tag !== undefined ? { tag } : digest === undefined && { tag: "latest" }),
      ...(digest !== undefined && { digest }),
    };
    const parsed = parseImage(text);
    ok(parsed.ok, text);
    deepEqual(parsed.image, expected);
    const again = parseImage(imageName(parsed.image));
    ok(again.ok);
    equal(imageName(again.image), imageName(parsed.image));
  }));
});

Deno.test("parseImage() says of any text what it is, and a name that no shell or engine misreads", () => {
  const letter = fc.constantFrom(..."abz019AZ./:@-_+[]*, \n\u0000\ufffd\u{1f4a9}");
  let images = 0;
  fc.assert(
    fc.property(fc.array(letter, { maxLength: 12 }), (letters) => {
      const parsed = parseImage(letters.join(""));
      if (!parsed.ok) return ok(parsed.fact !== "");
      images++;
      const { registry, path, tag } = parsed.image;
      ok(/^[a-z0-9[][a-z0-9.:[\]-]*$/.test(registry), registry);
      ok(/^[a-z0-9](?:[a-z0-9._/-]*[a-z0-9])?$/.test(path) && !path.includes("//"), path);
      ok(tag === undefined || /^\w[\w.-]*$/.test(tag), tag);
    }),
    { numRuns: 5_000 },
  );
  ok(images > 100, `only ${images} were images`);
});
