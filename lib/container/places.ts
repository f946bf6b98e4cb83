/** Stands in a plan for the name of the container. */
export const CONTAINER = "<container>";
