import * as z from "zod/mini";
import { once } from "../source/once.ts";

/** Kestra reads a number or a boolean as text where it wants one: `id: 2024` is a name. */
const name = (schema: z.ZodMiniString) =>
  z.pipe(
    z.transform((it) => typeof it === "number" || typeof it === "boolean" ? String(it) : it),
    schema,
  );

/** An `id` of a flow (`AbstractFlow`, `@Pattern`). */
export const FlowId = once(() =>
  name(
    z.string("expected a name").check(
      z.minLength(1, "expected a name"),
      z.maxLength(100, "expected at most 100 characters"),
      z.regex(
        /^[a-zA-Z0-9][a-zA-Z0-9._-]*$/,
        "expected letters, digits, - and _, a letter or digit first",
      ),
    ),
  )
);

/** An `id` of a task (`TaskInterface`, `@Pattern`). */
export const TaskId = once(() =>
  name(
    z.string("expected a name").check(
      z.minLength(1, "expected a name"),
      z.maxLength(256, "expected at most 256 characters"),
      z.regex(
        /^[a-zA-Z0-9][a-zA-Z0-9_-]*$/,
        "expected letters, digits, - and _, a letter or digit first",
      ),
    ),
  )
);

/** An `id` of an input or an output (`Input`, `Output`); a dot makes a map of it. */
export const DataId = once(() =>
  name(
    z.string("expected a name").check(
      z.minLength(1, "expected a name"),
      z.maxLength(256, "expected at most 256 characters"),
      z.regex(
        /^[a-zA-Z0-9][a-zA-Z0-9._-]*$/,
        "expected letters, digits, - and _, a letter or digit first",
      ),
    ),
  )
);

/** A namespace: dotted, in lower case. */
export const Namespace = once(() =>
  name(
    z.string("expected a namespace").check(
      z.minLength(1, "expected a namespace"),
      z.maxLength(150, "expected at most 150 characters"),
      z.regex(/^[a-z0-9][a-z0-9._-]*$/, "expected lower-case letters, digits, . - and _"),
    ),
  )
);

/** A class, as every task names one. */
export const ClassName = once(() =>
  z.string("expected a class").check(
    z.minLength(1, "expected a class"),
    z.regex(/^[A-Za-z_$][\w$]*(\.[A-Za-z_$][\w$]*)*$/, "expected a class: a dotted name"),
  )
);

/** What every task has. The rest belongs to its class, or is read by hand. */
export const TaskShape = once(() => z.looseObject({ id: TaskId(), type: ClassName() }));
