/** Where `npm run build:page` puts the page without data, both in a checkout and in the package. */
import { existsSync, readFileSync } from "node:fs";
import { packageRoot } from "./project-root.ts";

const FOLDER = `${packageRoot}dist/page/`;

/** Advice when the page is missing. */
export const NO_TEMPLATE = "the page is not built; npm run build:page builds it";

/** The page without data; undefined if it is not built. */
export function pageTemplate(): string | undefined {
  return textOf("index.html");
}

/** The viewer of mutation results that the page's policy allows. */
export function mutationViewer(): string | undefined {
  return textOf("mutation-viewer.js");
}

function textOf(file: string): string | undefined {
  const path = `${FOLDER}${file}`;
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}
