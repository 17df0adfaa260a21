import { importPatched } from "#fuzz/bugs/patched-modules.ts";
import { applyToModules } from "#fuzz/bugs/patch.ts";
import { packageRoot } from "#fuzz/host/project-root.ts";
import type { JobControl } from "#fuzz/host/worker-control.ts";
import type { ReenactmentOutcome, ReenactmentTask } from "./reenactment-task.ts";

/** Searches in the present code, or with a bug put back beside it, in this thread. */
export async function runReenactment(
  task: ReenactmentTask,
  control: JobControl,
): Promise<ReenactmentOutcome | undefined> {
  const url = new URL("./reenact.ts", import.meta.url).href;
  const { bug } = task;
  const { reenact } = (
    bug === undefined
      ? await import(url)
      : await importPatched(url, bug.slug, applyToModules(bug.slug, bug.patch, packageRoot).sources)
  ) as typeof import("./reenact.ts");
  return reenact(task, control);
}
