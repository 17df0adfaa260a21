/** Where quiesce is, and where the project that it verifies is. In a checkout of quiesce these are the same. */
import { existsSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** Whether this code runs from its sources; else it is the compiled package, all of whose code lies in `dist/`. */
export const isCheckout: boolean = new URL(import.meta.url).pathname.endsWith(".ts");

/** The folder of quiesce's own package.json, with a separator at its end. */
export const packageRoot: string = fileURLToPath(new URL(isCheckout ? "../../" : "../", import.meta.url));

/**
 * The root of the project that is verified, with a separator at its end: the folder from which files in traces and
 * reports are named.
 */
export const projectRoot: string = isCheckout ? packageRoot : enclosingProject(process.cwd());

/** The nearest folder with a package.json, from `folder` upwards; `folder` itself if there is none. */
function enclosingProject(folder: string): string {
  let root = folder;
  while (!existsSync(join(root, "package.json"))) {
    const above = dirname(root);
    if (above === root) return `${folder}${sep}`;
    root = above;
  }
  return root.endsWith(sep) ? root : `${root}${sep}`;
}
