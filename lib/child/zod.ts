/**
 * The zod that plugins import.
 *
 * @module
 */
export * from "zod";
export { default } from "zod";
