import { relative, sep } from "node:path";
import { isCheckout } from "./project-root.ts";
import { visibleText } from "#reports/visible-text.ts";

/** A path as a person types it: relative to the working directory, if it lies below. */
export function commandPath(path: string): string {
  const short = relative(process.cwd(), path);
  return (short === "" || short.startsWith("..") ? path : short).split(sep).join("/");
}

/** A word of a command line with a slash, or the ending of a module, is a path. */
export function isModulePath(word: string): boolean {
  return /[/\\]|\.[cm]?[jt]s$/.test(word);
}

/** Runs a script: a checkout has its own Node, which npx finds. */
export const NODE_COMMAND: string = isCheckout ? "npx node" : "node";

/** A path as one word of a shell. */
export function shellWord(path: string): string {
  return /^[\w./@%+=:,-]+$/.test(path) ? path : `'${visibleText(path).replaceAll("'", `'\\''`)}'`;
}
