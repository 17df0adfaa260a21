#!/usr/bin/env node
import { existsSync, realpathSync } from "node:fs";
import module from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

// Plain JavaScript on purpose: a Node too old to strip types must still be able to report that.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `quiesce: Node ${process.versions.node} is too old; it needs 22.18 or newer. In a checkout, run it as "npx quiesce": npx takes the Node that npm ci installed.\n`,
  );
  process.exit(2);
}
// Keeps V8's compiled code for the next run, in the host's folder for temporary files; measuring coverage needs fresh
// compilation.
if (process.env.NODE_V8_COVERAGE === undefined) module.enableCompileCache?.();
// A checkout runs its sources, the package what was compiled from them.
const sources = new URL("./main.ts", import.meta.url);
await import(existsSync(sources) ? sources.href : new URL("dist/main.js", installedRoot()).href);

/**
 * The package that the project in the present folder has installed, else the package of this file: a user's module
 * imports the former, and its accesses must be those of the machine that runs it.
 */
function installedRoot() {
  const own = new URL("../../", import.meta.url);
  try {
    const found = module.createRequire(join(process.cwd(), "package.json")).resolve("quiesce/package.json");
    return realpathSync(found) === fileURLToPath(new URL("package.json", own))
      ? own
      : new URL("./", pathToFileURL(found));
  } catch {
    return own;
  }
}
