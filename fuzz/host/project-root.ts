import { fileURLToPath } from "node:url";

/** The project's own root, with a separator at its end: the folder from which files in patches and reports are named. */
export const projectRoot: string = fileURLToPath(new URL("../../", import.meta.url));
