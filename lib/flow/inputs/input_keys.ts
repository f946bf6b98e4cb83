import type { InputType } from "../../model/mod.ts";

/** The types of inputs that can be given, by the names that Kestra has and had for them. */
export const INPUT_TYPES: Readonly<Record<string, InputType>> = {
  ARRAY: "ARRAY",
  BOOL: "BOOLEAN",
  BOOLEAN: "BOOLEAN",
  DATE: "DATE",
  DATETIME: "DATETIME",
  DURATION: "DURATION",
  EMAIL: "EMAIL",
  ENUM: "ENUM",
  FILE: "FILE",
  FLOAT: "FLOAT",
  INT: "INT",
  JSON: "JSON",
  MULTISELECT: "MULTISELECT",
  SECRET: "SECRET",
  SELECT: "SELECT",
  STRING: "STRING",
  TIME: "TIME",
  URI: "URI",
  YAML: "YAML",
};

/** The others of Kestra's, each with why it cannot be given. A FORM is no input but those in it. */
export const NO_INPUT_TYPES: Readonly<Record<string, string>> = {
  ION: "it is text in Amazon's Ion, which nothing here reads",
  OBJECT: "it belongs to Kestra's Enterprise Edition",
  REUSABLE_INPUTS: "it belongs to Kestra's Enterprise Edition, and names what a server keeps",
  TABLE: "it belongs to Kestra's Enterprise Edition",
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

/** Keys that an input of any type may have. */
export const INPUT_KEYS: readonly string[] = [
  "id",
  "name",
  "type",
  "required",
  "defaults",
  "description",
  "displayName",
  "prefill",
  "dependsOn",
];

/** The types that a key belongs to; of any other it is not honoured. */
export const KEYS_OF_TYPES: Readonly<Record<string, readonly string[]>> = {
  after: ["DATE", "DATETIME", "TIME"],
  allowCustomValue: ["MULTISELECT", "SELECT"],
  allowedFileExtensions: ["FILE"],
  autoSelectFirst: ["MULTISELECT", "SELECT"],
  before: ["DATE", "DATETIME", "TIME"],
  expression: ["MULTISELECT", "SELECT"],
  // Only what Kestra calls a file while it is uploaded.
  extension: ["FILE"],
  inputs: ["FORM"],
  // Only how a form shows the choices.
  isRadio: ["SELECT"],
  itemType: ["ARRAY", "MULTISELECT"],
  max: ["DURATION", "FLOAT", "INT"],
  min: ["DURATION", "FLOAT", "INT"],
  options: ["MULTISELECT"],
  validator: ["SECRET", "STRING"],
  values: ["ENUM", "MULTISELECT", "SELECT"],
};

/** Keys of inputs that Kestra has beside those of any. */
export const FURTHER_INPUT_KEYS: readonly string[] = Object.keys(KEYS_OF_TYPES);
