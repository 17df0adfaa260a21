import { cpSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { packageRoot } from "#fuzz/host/project-root.ts";
import { LIBRARY_ENTRY } from "#fuzz/native/library-entry.ts";
import { buildPackage } from "#fuzz/native/translation/build-package.ts";

/**
 * Builds the library of peer pools for both packages that offer it: `@quiesce/peers`, and `quiesce` as `quiesce/peers`.
 *
 * @throws TranslationError, DeclarationError as `buildPackage`
 */
export function buildPeers(): void {
  const out = join(packageRoot, "fuzz/package/peers/dist");
  buildPackage({ root: packageRoot, entries: [LIBRARY_ENTRY], out });
  keepDeclarationsOf(join(out, LIBRARY_ENTRY.replace(/\.ts$/, ".d.ts")), out);
  cpSync(out, join(packageRoot, "dist/peers"), { recursive: true });
}

/** Removes the declarations that the entry's do not name, directly or not: nobody can import those modules. */
function keepDeclarationsOf(entry: string, folder: string): void {
  const needed = new Set<string>();
  const open = [entry];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (needed.has(file)) continue;
    needed.add(file);
    for (const [, path = ""] of readFileSync(file, "utf8").matchAll(/(?:from |import\()"(\.[^"]+)\.js"/g))
      open.push(join(dirname(file), `${path}.d.ts`));
  }
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const file = join(folder, name);
    if (file.endsWith(".d.ts") && !needed.has(file)) rmSync(file);
  }
}
