import { relative, sep } from "node:path";
import { visibleText } from "#reports/visible-text.ts";

/** A path as a person types it: relative to the working directory, if it lies below. */
export function commandPath(path: string): string {
  const short = relative(process.cwd(), path);
  return (short === "" || short.startsWith("..") ? path : short).split(sep).join("/");
}

/** A path as a shell takes it for one word. */
export function shellWord(path: string): string {
  return /^[\w./@%+=:,-]+$/.test(path) ? path : `'${visibleText(path).replaceAll("'", `'\\''`)}'`;
}
