import { cpSync } from "node:fs";
import { join } from "node:path";
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
  cpSync(out, join(packageRoot, "dist/peers"), { recursive: true });
}
