/** Puts a bug back beside the present code, in this thread, and looks for it. */
import { importPatched } from "#fuzz/bugs/patched-modules.ts";
import { applyToModules } from "#fuzz/bugs/patch.ts";
import { packageRoot } from "#fuzz/host/project-root.ts";
import type { JobControl } from "#fuzz/host/worker-control.ts";
import type { HuntReport, HuntTask } from "./hunt-task.ts";

/**
 * Runs the searches of the task. The files, and the modules that other jobs of this thread run, stay unchanged.
 *
 * Any fault in patched code is part of the report: it leaves the bug unfound.
 *
 * @returns undefined when told to stop before the end
 * @throws InputError if the patch does not fit the code
 */
export async function runHunt({ bug, bounds }: HuntTask, control: JobControl): Promise<HuntReport | undefined> {
  const { sources } = applyToModules(bug.slug, bug.patch, packageRoot);
  const url = new URL("./hunt-patched.ts", import.meta.url).href;
  try {
    const { huntPatched } = (await importPatched(url, bug.slug, sources)) as typeof import("./hunt-patched.ts");
    return await huntPatched({ bug, bounds }, control);
  } catch (error) {
    return { slug: bug.slug, outcomes: [], failed: error instanceof Error ? error.message : String(error) };
  }
}
