/**
 * Which outputs texts can name: of some tasks all, of others only what lies on paths by values of the
 * loops around (`outputs.t[taskrun.value]`); or anything.
 */
export type Named = "all" | ReadonlyMap<string, "all" | readonly (readonly string[])[]>;

/** What a task's texts can see of what varies from run to run. */
export interface Mentions {
  readonly outputs: Named;
  /** Whether there is an expression at all. */
  readonly expressions: boolean;
  /** The words in it: the names of variables are among them. */
  readonly mentions: (name: string) => boolean;
}

/**
 * Reads off texts what of `outputs` they can come to, so that a task run is not handed what a thousand
 * others have left.
 *
 * Whatever is not clear, an expression that is rendered from a variable for one, may name anything.
 *
 * @param value A task's properties, its texts however deep.
 */
export function readMentions(value: unknown): Mentions {
  const text = JSON.stringify(value) ?? "";
  if (!/\{[{%#]/.test(text)) {
    return { outputs: new Map(), expressions: false, mentions: () => false };
  }
  // In JSON a quote has a backslash before it.
  const plain = text.replaceAll('\\"', '"');
  const mentions = (name: string) => new RegExp(`\\b${name}\\b`).test(plain);
  const isDynamic = /\b(?:render(?:Once)?|printContext|fetchContext)\b/.test(plain);
  return {
    outputs: isDynamic ? "all" : namedIn(plain),
    expressions: true,
    mentions: isDynamic ? () => true : mentions,
  };
}

/** `outputs`, and what stands behind it. */
const OUTPUTS = /\boutputs\b(?:\s*\.\s*([A-Za-z_]\w*)|\s*\[\s*(['"])((?:(?!\2).)*)\2\s*\])?/g;
/** A value of a loop around, as a key. */
const KEY =
  /\s*\[\s*(taskrun\.value|parent\.taskrun\.value|parents\[\s*\d+\s*\]\.taskrun\.value)\s*\]/y;

function namedIn(text: string): Named {
  const named = new Map<string, "all" | readonly (readonly string[])[]>();
  for (const found of text.matchAll(OUTPUTS)) {
    if (/\b(?:parent|parents\[\s*\d+\s*\]|execution)\s*\.\s*$/.test(text.slice(0, found.index))) {
      continue; // those of a flowable around it, or of the flow
    }
    const task = found[1] ?? found[3];
    if (task === undefined) return "all";
    const path: string[] = [];
    let at = found.index + found[0].length;
    for (;;) {
      KEY.lastIndex = at;
      const key = KEY.exec(text);
      if (key === null) break;
      path.push(key[1]!.replaceAll(/\s/g, ""));
      at = KEY.lastIndex;
    }
    const before = named.get(task) ?? [];
    const isOwn = /\bcurrentEachOutput\s*\(\s*$/.test(text.slice(0, found.index));
    const paths = path.length === 0 || isOwn || before === "all" ? "all" : [...before, path];
    named.set(task, paths);
  }
  return named;
}
