/**
 * Rewrites modules of code under test as they load: an entry, and everything it imports or requires, including
 * dependencies.
 *
 * Node's own modules and quiesce itself, from which a test imports `sharedMemory`, are left alone.
 */
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { InputError } from "#fuzz/host/input-error.ts";
import { rewriteModule } from "./rewrite-module.ts";

/** URLs of modules that are rewritten. */
const underTest = new Set<string>();

let isHooked = false;

/** Makes this file and its imports be rewritten as they are loaded from now on. */
export function rewriteFrom(path: string): void {
  underTest.add(pathToFileURL(path).href);
  if (isHooked) return;
  isHooked = true;
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const resolved = nextResolve(specifier, context);
      if (
        context.parentURL !== undefined &&
        underTest.has(context.parentURL) &&
        isCodeUnderTest(specifier, resolved.url)
      )
        underTest.add(resolved.url);
      return resolved;
    },
    load(url, context, nextLoad) {
      if (!underTest.has(url)) return nextLoad(url, context);
      const path = fileURLToPath(url);
      if (path.endsWith(".node") || path.endsWith(".wasm"))
        throw new InputError(`${path}: its accesses cannot be seen; leave native code out of what is checked`);
      if (!/\.[cm]?[jt]s$/.test(path)) return nextLoad(url, context);
      const loaded = nextLoad(url, context);
      return { ...loaded, source: rewriteModule(readFileSync(path, "utf8"), path), shortCircuit: true };
    },
  });
}

/** Does the module's text declare a test of shared memory? */
export function declaresSharedMemory(path: string): boolean {
  return /\bsharedMemory\s*[(<]/u.test(readFileSync(path, "utf8"));
}

function isCodeUnderTest(specifier: string, url: string): boolean {
  return url.startsWith("file:") && !specifier.startsWith("#") && !/^quiesce(\/|$)/u.test(specifier);
}
