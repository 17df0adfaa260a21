import { ACCESS } from "#impl/memory/access.ts";

/** The name of each access by its kind, as it stands in the source. */
export const accessNames: readonly string[] = Object.keys(ACCESS);
