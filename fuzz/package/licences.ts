/** The licences of the packages whose code is in the bundle: it is published with ours. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
}

/**
 * The text of all licences, in the order of the packages' names.
 *
 * @param files paths of bundled modules, ours among them
 * @throws Error for a package that says nothing of its licence
 */
export function licencesOf(files: Iterable<string>): string {
  const folders = new Set<string>();
  for (const file of files) {
    const folder = /^\0?(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1];
    if (folder !== undefined) folders.add(folder);
  }
  const texts = new Map([...folders].map((folder) => licenceIn(folder)));
  return [...texts.keys()]
    .toSorted()
    .map((name) => texts.get(name))
    .join("\n----------------------------------------\n\n");
}

function licenceIn(folder: string): readonly [name: string, text: string] {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
  if (typeof license !== "string") throw new Error(`${name}: its package.json names no licence`);
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file === undefined ? "" : `\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
  return [name, `${name} ${version}, ${license}\n${text}`];
}
