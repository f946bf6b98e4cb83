import type { Expression } from "./ast.ts";
import type { Context } from "./context.ts";
import { excerpt, Fault, listNames, Missing, quote } from "./fault.ts";
import { FUNCTIONS } from "./functions.ts";
import { nearest } from "../../source/nearest.ts";
import { admit, isList, isMap, kindOf, type Value } from "./value.ts";

/**
 * Reads a variable: of a loop or `set` first, then of the scope.
 *
 * @throws {Missing} When there is none of that name.
 */
export function lookUp(node: Expression & { kind: "name" }, context: Context): Value {
  const { name } = node;
  const frame = context.frames.findLast((it) => it.has(name));
  if (frame !== undefined) return frame.get(name) ?? null;
  const { variables } = context.scope;
  if (Object.hasOwn(variables, name)) return admit(variables[name]);
  throw new Missing(`unknown name "${name}"`, () => {
    if (FUNCTIONS.has(name)) return `Call the function: ${name}(…)`;
    const known = [...context.frames.flatMap((it) => [...it.keys()]), ...Object.keys(variables)];
    return advice(name, known, "There are", node.end, context.source);
  });
}

/**
 * Reads a property of a map or an item of a list. Only a map's own entries and a list's
 * indexes exist: no `length`, no `constructor`, no methods, and nothing on a text.
 *
 * @throws {Missing} When it is not there, also when `object` can have no properties.
 */
export function readMember(
  object: Value,
  key: Value,
  node: Expression & { kind: "member" },
  source: string,
): Value {
  const owner = excerpt(source.slice(node.object.start, node.object.end));
  if (key === null || typeof key === "object" || typeof key === "boolean") {
    throw new Fault(`a property name is text or a number, not ${kindOf(key)}`);
  }
  if (isList(object)) {
    const index = typeof key === "number" || /^\d{1,9}$/.test(key) ? Number(key) : undefined;
    if (index !== undefined && Number.isInteger(index) && index >= 0 && index < object.length) {
      return admit(object[index]);
    }
    throw new Missing(
      index === undefined
        ? `a list has no property ${quote(String(key))}`
        : `no item ${key} in ${owner}, which has ${object.length}`,
      index === undefined ? "Filters are written with |, as in: … | length" : undefined,
    );
  }
  const name = String(key);
  if (!isMap(object)) {
    throw new Missing(`no property ${quote(name)} in ${owner}, which is ${kindOf(object)}`);
  }
  if (Object.hasOwn(object, name)) return admit(object[name]);
  throw new Missing(
    `unknown name ${quote(name)} in ${owner}`,
    () => advice(name, Object.keys(object), `${owner} has`, node.end, source),
  );
}

function advice(
  name: string,
  known: readonly string[],
  has: string,
  end: number,
  source: string,
): string | undefined {
  const hyphenated = /^-[\p{L}\p{Nd}_][\p{L}\p{Nd}_-]{0,60}/u.exec(source.slice(end, end + 80));
  if (hyphenated !== null && known.includes(name + hyphenated[0])) {
    return `A name with "-" needs brackets: ['${name}${hyphenated[0]}']`;
  }
  if (known.length === 0) return `${has} no names`;
  const near = nearest(name, known);
  const names = `${has}: ${listNames(known)}`;
  return near === undefined ? names : `Did you mean "${near}"? ${names}`;
}
