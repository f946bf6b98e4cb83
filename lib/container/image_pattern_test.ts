import { equal, ok } from "node:assert/strict";
import fc from "fast-check";
import { matchesImage, parseImagePattern } from "./image_pattern.ts";
import { imageName, type ImageReference, parseImage } from "./image_reference.ts";
import { image } from "./sample_images.ts";

const HEX = "0123456789abcdef".repeat(4);

function matches(pattern: string, text: string): boolean {
  const [parsed, image] = [parseImagePattern(pattern), parseImage(text)];
  ok(parsed.ok, `${pattern}: ${JSON.stringify(parsed)}`);
  ok(image.ok, `${text}: ${JSON.stringify(image)}`);
  return matchesImage(parsed.pattern, image.image);
}

/** Each with what it means, and what it does not. */
Deno.test.each([
  ["ubuntu", ["ubuntu", "ubuntu:24.04", "docker.io/library/ubuntu"], [
    "ubuntux",
    "acme/ubuntu",
    "ghcr.io/library/ubuntu",
    "localhost/ubuntu",
  ]],
  ["ubuntu:24.04", ["ubuntu:24.04", `ubuntu:24.04@sha256:${HEX}`], [
    "ubuntu",
    "ubuntu:24.04.1",
    `ubuntu@sha256:${HEX}`,
  ]],
  ["ubuntu:latest", ["ubuntu", "ubuntu:latest"], ["ubuntu:24.04", `ubuntu@sha256:${HEX}`]],
  ["python:3.*", ["python:3.13-slim", "python:3."], ["python:3", "python:2.7", "python"]],
  ["ghcr.io/acme/*", ["ghcr.io/acme/a:1", `ghcr.io/acme/a@sha256:${HEX}`], [
    "ghcr.io/acme/a/b",
    "ghcr.io/acme2/a",
    "ghcr.io/a",
    "acme/a",
    "evil.io/ghcr.io/acme/a",
  ]],
  ["ghcr.io/acme/**", ["ghcr.io/acme/a", "ghcr.io/acme/a/b/c:1"], ["ghcr.io/acme2/a"]],
  ["ghcr.io/**/base", ["ghcr.io/a/base", "ghcr.io/a/b/base"], ["ghcr.io/base", "ghcr.io/a/base/c"]],
  ["acme/*", ["acme/a", "docker.io/acme/a"], ["acme.io/a", "ghcr.io/acme/a", "acme/a/b"]],
  ["*", ["ubuntu", "ghcr.io/a/b:1", `localhost:5000/x@sha256:${HEX}`], []],
  ["*:latest", ["ubuntu", "ghcr.io/a/b", "ghcr.io/a/b:latest"], [
    "ubuntu:1",
    `ubuntu@sha256:${HEX}`,
  ]],
  ["*@sha256:*", [`ubuntu@sha256:${HEX}`, `ghcr.io/a/b:1@sha256:${HEX}`], ["ubuntu"]],
  [`a@sha256:${HEX}`, [`a@sha256:${HEX}`], [`a@sha256:${"0".repeat(64)}`, "a"]],
  ["**/alpine*", ["alpine", "alpine:3", "ghcr.io/a/b/alpine-x", "localhost/alpine"], ["a/b"]],
  ["library/*", ["ubuntu", "library/x"], ["a/b"]],
  ["*.example.com/**", ["r.example.com/a/b", "a.b.example.com/c"], [
    "example.com/a",
    "r.example.com.evil.io/a",
    "r.example.community/a",
  ]],
  ["localhost:*/a", ["localhost:5000/a"], ["localhost/a", "localhost:5000/b"]],
  ["index.docker.io/ubuntu", ["ubuntu", "registry.hub.docker.com/library/ubuntu"], ["b/ubuntu"]],
  ["a*a", ["aa", "aba"], ["a", "ab", "ba"]],
  ["*ab*ab", ["abab", "xabyab"], ["ab", "ababx"]],
])("the pattern %s", (pattern, yes, no) => {
  for (const it of yes) equal(matches(pattern, it), true, it);
  for (const it of no) equal(matches(pattern, it), false, it);
});

Deno.test.each([
  ["it is empty", "", "*"],
  ['" " is in no name of an image', "a b", "a*b"],
  ['"?" is in no name of an image', "a?", "a*"],
  ['"Ubuntua" is not in lower case', "Ubuntu*", "ubuntu*"],
  ['"**" is only part of "**x"', "ghcr.io/**x", "ghcr.io/**/x"],
  ['"**" is only part of "a***b"', "a***b", "a*b"],
  ['"**" is no part of a tag or a digest', "a:**", "a:*"],
  ["a part of its name is empty", "a//*", "a/*"],
  ["its tag is empty", "a:", "a:*"],
  ['"md5:" is no digest of SHA-256', "a@md5:*", "a@sha256:*"],
  [
    'its digest is not "sha256:" and 64 digits of 0-9 and a-f',
    `a@sha256:${"0".repeat(65)}*`,
    `a@sha256:${"0".repeat(64)}*`,
  ],
  ["it is the ID of an image, not its name", "sha256:*", "a@sha256:*"],
  ['"https:" is no registry', "https://a/*", "a/*"],
])("parseImagePattern() refuses what is wrong: %s", (fact, text, control) => {
  const parsed = parseImagePattern(text);
  equal(parsed.ok || parsed.fact, fact);
  const twin = parseImagePattern(control);
  equal(twin.ok || twin.fact, true);
});

/** What a pattern promises, said as a regular expression: short texts only, it may take long. */
function byExpression(pattern: string, { registry, path, tag, digest }: ImageReference): boolean {
  const [name, ...rest] = pattern.split(/(?=[:@][^/]*$)/);
  const glob = (text: string, any: string) =>
    text.replace(/[.+?()[\]{}^$|\\]/g, "\\$&").replaceAll("**", "\0").replaceAll("*", any)
      .replaceAll("\0", "[^/]+(?:/[^/]+)*");
  const wantsDigest = rest.join("").startsWith("@");
  const last = rest.join("").slice(1);
  return new RegExp(`^${glob(name!, "[^/]*")}$`).test(`${registry}/${path}`) &&
    (last === "" ||
      new RegExp(`^${glob(last, ".*")}$`).test((wantsDigest ? digest : tag) ?? "\n"));
}

Deno.test("matchesImage() finds what a regular expression finds", () => {
  const piece = fc.constantFrom("a", "b", "1", "*", "a-b", ".1");
  const part = fc.oneof(
    { weight: 4, arbitrary: fc.array(piece, { minLength: 1, maxLength: 4 }) },
    { weight: 1, arbitrary: fc.constant(["**"]) },
  ).map((it) => it.join(""));
  const pattern = fc.tuple(
    fc.constantFrom("docker.io/library", "ghcr.io", "*.io", "**", "localhost:*", "a.b:5000"),
    fc.array(part, { minLength: 1, maxLength: 4 }),
    fc.constantFrom("", "", ":*", ":1*", ":*t", "@sha256:a*", "@*"),
  ).map(([registry, parts, rest]) => `${registry}/${parts.join("/")}${rest}`);
  let [tried, fits] = [0, 0];
  fc.assert(
    fc.property(pattern, image, (text, written) => {
      const parsed = parseImagePattern(text);
      if (!parsed.ok) return;
      tried++;
      const named = parseImage(
        `${written.registry}/${written.path}${written.tag ? `:${written.tag}` : ""}${
          written.digest ? `@${written.digest}` : ""
        }`,
      );
      ok(named.ok);
      const is = matchesImage(parsed.pattern, named.image);
      equal(is, byExpression(text, named.image), `${text} ~ ${imageName(named.image)}`);
      if (is) fits++;
    }),
    { numRuns: 20_000 },
  );
  ok(tried > 5_000 && fits > 200, `${fits} of ${tried} fit`);
});

Deno.test("matchesImage() takes every image by its own name, and by * and **", () => {
  fc.assert(fc.property(image, (written) => {
    const parsed = parseImage(`${written.registry}/${written.path}`);
    ok(parsed.ok);
    const { registry, path } = parsed.image;
    const wild = path.replace(/[^/]+$/, "*");
    for (const it of [imageName(parsed.image), `${registry}/${wild}`, "*", "**"]) {
      const pattern = parseImagePattern(it);
      ok(pattern.ok, it);
      equal(matchesImage(pattern.pattern, parsed.image), true, it);
    }
  }));
});

Deno.test("matchesImage() ends soon where an expression would go back and forth", () => {
  const stars = parseImagePattern(`docker.io/${"a*".repeat(100)}b`);
  const deep = parseImagePattern(`docker.io/${"**/a/".repeat(50)}b`);
  ok(stars.ok && deep.ok);
  const texts = ["a".repeat(200), "a/".repeat(100) + "a"];
  for (const text of texts) {
    const parsed = parseImage(`docker.io/x/${text}`);
    ok(parsed.ok);
    equal(matchesImage(stars.pattern, { ...parsed.image, path: text }), false);
    equal(matchesImage(deep.pattern, { ...parsed.image, path: text }), false);
  }
});
