import type { InputType } from "../model/mod.ts";

/** The types of inputs that can be given, by the names Kestra has for them. */
export const INPUT_TYPES: Readonly<Record<string, InputType>> = {
  STRING: "STRING",
  INT: "INT",
  FLOAT: "FLOAT",
  BOOLEAN: "BOOLEAN",
  BOOL: "BOOLEAN",
  JSON: "JSON",
};

/** Every type of input that Kestra has, or had (`Input`, `@JsonSubTypes`, 0.21 to 2.0). */
export const KESTRA_INPUT_TYPES: readonly string[] = [
  "ARRAY",
  "BOOL",
  "BOOLEAN",
  "DATE",
  "DATETIME",
  "DURATION",
  "EMAIL",
  "ENUM",
  "FILE",
  "FLOAT",
  "FORM",
  "INT",
  "ION",
  "JSON",
  "MULTISELECT",
  "OBJECT",
  "REUSABLE_INPUTS",
  "SECRET",
  "SELECT",
  "STRING",
  "TABLE",
  "TIME",
  "URI",
  "YAML",
];

/** What the values of a list may not be (`ArrayInputValidator`, `MultiselectInputValidator`). */
export const NO_ITEM_TYPES: Readonly<Record<string, readonly string[]>> = {
  ARRAY: ["ARRAY", "FORM", "MULTISELECT", "OBJECT", "SECRET", "SELECT", "TABLE"],
  MULTISELECT: ["ARRAY", "ENUM", "FORM", "MULTISELECT", "OBJECT", "SECRET", "SELECT", "TABLE"],
};

/** Keys of an input that are honoured, or that only a form would show. */
export const INPUT_KEYS: readonly string[] = [
  "id",
  "name",
  "type",
  "required",
  "defaults",
  "description",
  "displayName",
  "prefill",
];

/** Keys of inputs that Kestra has beside those. */
export const FURTHER_INPUT_KEYS: readonly string[] = [
  "after",
  "allowCustomValue",
  "allowedFileExtensions",
  "autoSelectFirst",
  "before",
  "dependsOn",
  "expression",
  "extension",
  "inputs",
  "isRadio",
  "itemType",
  "max",
  "min",
  "options",
  "validator",
  "values",
];
