/**
 * Builds the package's exports: the library of peer pools as JavaScript with source maps and declarations.
 *
 * Declarations come from the TypeScript compiler, which reads the translated sources, and so also checks them.
 */
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { writeWholeFile } from "#fuzz/host/write-file.ts";
import { translateAll, writeModules } from "./build-native.ts";

/** The TypeScript compiler does not accept the translated sources. */
export class DeclarationError extends Error {
  override readonly name = "DeclarationError";
}

const COMPILER_OPTIONS =
  "--ignoreConfig --declaration --emitDeclarationOnly --strict --target esnext --lib esnext --module nodenext --types node --skipLibCheck --verbatimModuleSyntax --rewriteRelativeImportExtensions false --declarationMap false";

/**
 * Builds `entries` and their imports into `out`.
 *
 * @throws TranslationError with everything that cannot be translated
 * @throws DeclarationError with the compiler's output
 */
export function buildPackage({
  root,
  entries,
  out,
}: {
  readonly root: string;
  readonly entries: readonly string[];
  readonly out: string;
}): void {
  const modules = translateAll({ root, entries });
  writeModules(modules, { root, out });
  const sources = join(root, `reports/out/translated-${process.pid}`);
  try {
    for (const { file, typescript } of modules) writeWholeFile(join(sources, file), typescript);
    const compiler = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");
    const files = entries.map((file) => join(sources, file));
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [compiler, ...COMPILER_OPTIONS.split(" "), "--rootDir", sources, "--outDir", out, ...files],
      { encoding: "utf8", cwd: root },
    );
    if (status !== 0) throw new DeclarationError(`the translated sources do not compile:\n${stdout}${stderr}`);
  } finally {
    rmSync(sources, { recursive: true, force: true });
  }
}
