/**
 * Text of files into values that know their places, and the complaints about them.
 *
 * @module
 */
export * from "./check_shape.ts";
export * from "./decode_text.ts";
export * from "./key_of_place.ts";
export * from "./nearest.ts";
export * from "./pack_located.ts";
export * from "./parse_duration.ts";
export * from "./parse_size.ts";
export * from "./parse_yaml.ts";
export * from "./place_in_scalar.ts";
export * from "./read_specifier.ts";
export * from "./scan_imports.ts";
export * from "./sha256.ts";
export * from "./to_plain.ts";
export * from "./utf16_column.ts";
export * from "./written_import.ts";
