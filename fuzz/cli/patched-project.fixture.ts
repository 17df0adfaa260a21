/** The project with a bug of the museum put back into its source files, not in memory. For tests. */
import { cpSync, readdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { bugNamed } from "#fuzz/bugs/museum.ts";
import { applyToModules } from "#fuzz/bugs/patch.ts";
import { projectRoot } from "#fuzz/host/project-root.ts";

function isWanted(path: string): boolean {
  return !path.endsWith(".test.ts");
}

/** Makes the copy in the folder, which must lie inside the project so that packages are found; returns its path. */
export function patchedProject(folder: string, slug: string): string {
  const copy = join(folder, slug);
  for (const part of ["fuzz", "impl", "model", "properties", "reports"]) {
    // The copy itself lies in the folder of generated files.
    for (const entry of readdirSync(join(projectRoot, part)).filter((name) => name !== "out"))
      cpSync(join(projectRoot, part, entry), join(copy, part, entry), { recursive: true, filter: isWanted });
  }
  cpSync(join(projectRoot, "package.json"), join(copy, "package.json"));
  for (const [url, text] of applyToModules(slug, bugNamed(slug).patch, projectRoot).sources)
    writeFileSync(join(copy, relative(projectRoot, fileURLToPath(url))), text);
  return copy;
}
