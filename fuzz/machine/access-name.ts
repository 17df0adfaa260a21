import { ACCESS } from "#impl/memory/access.ts";

/** The name of each access in the source, by its kind. */
export const accessNames: readonly string[] = Object.keys(ACCESS);
