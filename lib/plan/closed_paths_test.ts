import { deepEqual, equal, ok } from "node:assert/strict";
import fc from "fast-check";
import type { HostFacts, Listing } from "../model/mod.ts";
import { isWithin } from "../paths/is_within.ts";
import { type ClosedPath, openPaths } from "./closed_paths.ts";

const closed = (...paths: string[]): ClosedPath[] =>
  paths.map((path) => ({ path, how: "deny", rule: "r", source: "built-in" }));

/** A file system from the paths that are in it; `a -> b` is a link. */
function host(...paths: string[]): Pick<HostFacts, "listings" | "realPaths"> {
  const listings = new Map<string, { entries: { name: string; target?: string }[] }>();
  for (const path of paths) {
    const [whole, target] = path.split(" -> ");
    const parts = whole!.split("/").slice(1);
    parts.forEach((name, i) => {
      const directory = `/${parts.slice(0, i).join("/")}`;
      const listing = listings.get(directory) ?? { entries: [] };
      listings.set(directory, listing);
      if (listing.entries.some((it) => it.name === name)) return;
      listing.entries.push({
        name,
        ...(target !== undefined && i === parts.length - 1 && { target }),
      });
    });
  }
  return { listings: listings as ReadonlyMap<string, Listing>, realPaths: new Map() };
}

Deno.test.each([
  {
    name: "the tree itself when nothing in it is closed",
    root: "/srv",
    closed: ["/etc"],
    tree: ["/srv/a", "/etc/x"],
    open: ["/srv"],
  },
  { name: "nothing of a closed tree", root: "/etc", closed: ["/etc"], tree: ["/etc/x"], open: [] },
  {
    name: "nothing below a closed tree",
    root: "/etc/x",
    closed: ["/etc"],
    tree: ["/etc/x"],
    open: [],
  },
  {
    name: "the siblings along a closed path",
    root: "/",
    closed: ["/a/b/c"],
    tree: ["/a/b/c/x", "/a/b/d", "/a/e", "/f"],
    open: ["/a/b/d", "/a/e", "/f"],
  },
  {
    name: "a sibling that shares the beginning",
    root: "/",
    closed: ["/etc"],
    tree: ["/etc", "/etcetera"],
    open: ["/etcetera"],
  },
  {
    name: "nothing of a directory that was not listed",
    root: "/",
    closed: ["/a/b/c"],
    tree: ["/a", "/f"],
    open: ["/f"],
  },
  {
    name: "a link that leads elsewhere",
    root: "/",
    closed: ["/etc"],
    tree: ["/etc", "/bin -> /usr/bin", "/usr/bin"],
    open: ["/bin", "/usr"],
  },
  {
    name: "no link that leads into a closed path",
    root: "/",
    closed: ["/etc"],
    tree: ["/etc/ssl", "/certs -> /etc/ssl"],
    open: [],
  },
  {
    name: "no link that leads above a closed path",
    root: "/",
    closed: ["/a/b"],
    tree: ["/a/b", "/all -> /"],
    open: [],
  },
  {
    name: "no name that a flag would split",
    root: "/",
    closed: ["/etc"],
    tree: ["/etc", "/a,b", "/c"],
    open: ["/c"],
  },
])("openPaths() gives $name", ({ root, closed: paths, tree, open }) => {
  deepEqual(openPaths(root, closed(...paths), host(...tree)), open);
});

Deno.test("openPaths() opens no root that is a link into a closed path, and opens its twin", () => {
  const facts = { ...host("/etc/x", "/w"), realPaths: new Map([["/w", "/etc/x"]]) };
  deepEqual(openPaths("/w", closed("/etc"), facts), []);
  deepEqual(openPaths("/w", closed("/elsewhere"), facts), ["/w"]);
});

const name = fc.constantFrom("a", "b", "c", "d");
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((it) => `/${it.join("/")}`);

Deno.test("openPaths() never covers a closed path, and covers every file that is not closed", () => {
  fc.assert(fc.property(
    fc.array(path, { minLength: 1, maxLength: 12 }),
    fc.array(path, { minLength: 1, maxLength: 4 }),
    (files, forbidden) => {
      const open = openPaths("/", closed(...forbidden), host(...files, ...forbidden));
      for (const it of open) {
        for (const no of forbidden) ok(!isWithin(it, no) && !isWithin(no, it), `${it} and ${no}`);
        ok(!open.some((other) => other !== it && isWithin(other, it)), `${it} stands twice`);
      }
      for (const file of files) {
        const isClosed = forbidden.some((no) => isWithin(no, file) || isWithin(file, no));
        equal(open.some((it) => isWithin(it, file)), !isClosed, file);
      }
    },
  ));
});
