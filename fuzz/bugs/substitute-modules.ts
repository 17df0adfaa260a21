import { registerHooks } from "node:module";

/**
 * Makes this thread load the given sources in place of the files at their URLs. Affects only modules not yet loaded;
 * other threads and the files themselves are left alone.
 */
export function substituteModules(sources: ReadonlyMap<string, string>): void {
  registerHooks({
    load(url, context, nextLoad) {
      const source = sources.get(url);
      return source === undefined
        ? nextLoad(url, context)
        : { format: "module-typescript", source, shortCircuit: true };
    },
  });
}
