import type { Branch, Segment, Statement } from "./ast.ts";
import { Fault } from "./fault.ts";
import { MAX_NESTING } from "./limits.ts";
import { nearest } from "../../source/nearest.ts";
import { parseExpression, RESERVED } from "./parse_expression.ts";
import { type Piece, scanTemplate } from "./scan_template.ts";
import { TokenReader } from "./token_reader.ts";

const OURS = ["for", "if", "set", "raw", "verbatim"];
const INNER: ReadonlyMap<string, string> = new Map([
  ["else", "if"],
  ["elseif", "if"],
  ["endif", "if"],
  ["endfor", "for"],
  ["endraw", "raw"],
  ["endverbatim", "verbatim"],
]);
/** Tags of Pebble that we leave out: they load other templates or have no use in a flow. */
const THEIRS: ReadonlySet<string> = new Set(
  ("autoescape block cache embed extends filter flush from import include macro parallel")
    .split(" "),
);

/**
 * Parses a template.
 *
 * @throws {Fault} With its offset set, when it is not one.
 */
export function parseTemplate(source: string): readonly Statement[] {
  const parser = new Parser(scanTemplate(source));
  return parser.body([]).statements;
}

/** The tag that ended a body. */
interface Ending {
  readonly name: string;
  readonly reader: TokenReader;
  readonly segment: Segment;
}

interface Body {
  readonly statements: readonly Statement[];
  /** `undefined` at the end of the template. */
  readonly ending: Ending | undefined;
}

class Parser {
  readonly #pieces: readonly Piece[];
  #at = 0;
  #nesting = 0;

  constructor(pieces: readonly Piece[]) {
    this.#pieces = pieces;
  }

  /** Parses up to one of `endings`, or up to the end of the template. */
  body(endings: readonly string[]): Body {
    const statements: Statement[] = [];
    while (this.#at < this.#pieces.length) {
      const piece = this.#pieces[this.#at++]!;
      if (piece.kind === "text" || piece.kind === "raw") {
        statements.push(piece);
        continue;
      }
      const { segment } = piece;
      const reader = new TokenReader(piece.tokens);
      if (piece.kind === "print") {
        statements.push({ kind: "print", segment, value: closed(reader) });
        continue;
      }
      const name = reader.name("a tag");
      if (endings.includes(name)) return { statements, ending: { name, reader, segment } };
      statements.push(this.#tag(name, reader, segment));
    }
    return { statements, ending: undefined };
  }

  #inner(opened: Segment, endings: readonly string[]): Body & { readonly ending: Ending } {
    const { statements, ending } = this.body(endings);
    if (ending !== undefined) return { statements, ending };
    throw new Fault(`"${endings.at(-1)}" is missing`, undefined, { offset: opened.start });
  }

  #tag(name: string, reader: TokenReader, segment: Segment): Statement {
    if (++this.#nesting > MAX_NESTING) {
      throw reader.fault(`tags nest deeper than ${MAX_NESTING} levels`);
    }
    const statement = this.#statement(name, reader, segment);
    this.#nesting--;
    return statement;
  }

  #statement(name: string, reader: TokenReader, segment: Segment): Statement {
    switch (name) {
      case "set": {
        const variable = newName(reader);
        reader.expect("=");
        return { kind: "set", segment, name: variable, value: closed(reader) };
      }
      case "for":
        return this.#for(reader, segment);
      case "if":
        return this.#if(reader, segment);
      default:
        throw unknownTag(name, segment);
    }
  }

  #for(reader: TokenReader, segment: Segment): Statement {
    const name = newName(reader);
    reader.expect("in");
    const over = closed(reader);
    const { statements: body, ending } = this.#inner(segment, ["else", "endfor"]);
    ending.reader.done();
    const otherwise = ending.name === "else" ? this.#last(segment, "endfor") : [];
    return { kind: "for", segment, name, over, body, otherwise };
  }

  #if(reader: TokenReader, opened: Segment): Statement {
    const branches: Branch[] = [];
    let [condition, segment] = [closed(reader), opened];
    while (true) {
      const { statements: body, ending } = this.#inner(opened, ["elseif", "else", "endif"]);
      branches.push({ segment, condition, body });
      if (ending.name === "elseif") {
        [condition, segment] = [closed(ending.reader), ending.segment];
        continue;
      }
      ending.reader.done();
      const otherwise = ending.name === "else" ? this.#last(opened, "endif") : [];
      return { kind: "if", branches, otherwise };
    }
  }

  /** The body behind an `else`. */
  #last(opened: Segment, end: string): readonly Statement[] {
    const { statements, ending } = this.#inner(opened, [end]);
    ending.reader.done();
    return statements;
  }
}

function closed(reader: TokenReader) {
  const expression = parseExpression(reader);
  reader.done();
  return expression;
}

function newName(reader: TokenReader): string {
  if (RESERVED.has(reader.current.text)) throw reader.unexpected("the name of a variable");
  return reader.name("a variable");
}

function unknownTag(name: string, segment: Segment): Fault {
  const options = { offset: segment.start };
  if (THEIRS.has(name)) return new Fault(`tag "${name}" is not supported yet`, undefined, options);
  const outer = INNER.get(name);
  if (outer !== undefined) {
    return new Fault(`"${name}" is not inside "${outer}"`, undefined, options);
  }
  const near = nearest(name, [...OURS, ...INNER.keys()]);
  const help = near === undefined ? `Tags are: ${OURS.join(", ")}` : `Did you mean "${near}"?`;
  return new Fault(`unknown tag "${name}"`, help, options);
}
