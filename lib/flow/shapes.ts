import { z } from "zod";

/** Kestra reads a number or a boolean as text where it wants one: `id: 2024` is a name. */
const name = (schema: z.ZodString) =>
  z.preprocess(
    (it) => typeof it === "number" || typeof it === "boolean" ? String(it) : it,
    schema,
  );

/** An `id` of a flow (`AbstractFlow`, `@Pattern`). */
export const FlowId = name(
  z.string("expected a name").min(1, "expected a name")
    .max(100, "expected at most 100 characters")
    .regex(
      /^[a-zA-Z0-9][a-zA-Z0-9._-]*$/,
      "expected letters, digits, - and _, a letter or digit first",
    ),
);

/** An `id` of a task (`TaskInterface`, `@Pattern`). */
export const TaskId = name(
  z.string("expected a name").min(1, "expected a name")
    .max(256, "expected at most 256 characters")
    .regex(
      /^[a-zA-Z0-9][a-zA-Z0-9_-]*$/,
      "expected letters, digits, - and _, a letter or digit first",
    ),
);

/** An `id` of an input or an output (`Input`, `Output`); a dot makes a map of it. */
export const DataId = name(
  z.string("expected a name").min(1, "expected a name")
    .max(256, "expected at most 256 characters")
    .regex(
      /^[a-zA-Z0-9][a-zA-Z0-9._-]*$/,
      "expected letters, digits, - and _, a letter or digit first",
    ),
);

/** A namespace: dotted, in lower case. */
export const Namespace = name(
  z.string("expected a namespace").min(1, "expected a namespace")
    .max(150, "expected at most 150 characters")
    .regex(/^[a-z0-9][a-z0-9._-]*$/, "expected lower-case letters, digits, . - and _"),
);

/** A class, as every task names one. */
export const ClassName = z.string("expected a class").min(1, "expected a class")
  .regex(/^[A-Za-z_$][\w$]*(\.[A-Za-z_$][\w$]*)*$/, "expected a class: a dotted name");

/** What every task has. The rest belongs to its class, or is read by hand. */
export const TaskShape = z.looseObject({ id: TaskId, type: ClassName });
