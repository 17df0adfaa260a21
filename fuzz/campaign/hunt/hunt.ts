import { Worker } from "node:worker_threads";
import { type Bug, projectRoot } from "#fuzz/bugs/museum.ts";
import { applyToModules } from "#fuzz/bugs/patch.ts";

/** One search to make in the patched code. */
export interface HuntSearch {
  readonly strategy: string;
  readonly seed: number;
}

export interface HuntBounds {
  readonly searches: readonly HuntSearch[];
  /** Executions of one search. */
  readonly executionsMax: number;
  /** Searches that catch the bug, after which the others are left out. All are made if absent. */
  readonly catchesEnough?: number;
  /** Executions that shrinking the first counterexample may take; absent: it is not shrunk. */
  readonly shrinkMax?: number;
}

/** How one search ended. */
export interface HuntOutcome extends HuntSearch {
  readonly executions: number;
  /** Accesses of all executions together. */
  readonly accesses: number;
  /** Absent when nothing was violated. */
  readonly violation?: { readonly property: string; readonly because: string };
  /** One of the properties that must catch the bug is what was violated. */
  readonly caught: boolean;
}

/** What the first counterexample comes down to, and the texts that tell it. */
export interface HuntCounterexample {
  readonly property: string;
  readonly because: string;
  readonly accesses: number;
  readonly preemptions: number;
  /** A trace file's text. It names the bug, so that a replay puts the bug back first. */
  readonly trace: string;
  readonly story: readonly string[];
}

export interface HuntReport {
  readonly slug: string;
  readonly outcomes: readonly HuntOutcome[];
  readonly counterexample?: HuntCounterexample;
}

/** What the worker is given: everything but code, which it loads itself, patched. */
export interface HuntOrder {
  readonly slug: string;
  readonly sources: readonly (readonly [url: string, source: string])[];
  readonly scenario: string;
  readonly caughtBy: readonly string[];
  readonly bounds: HuntBounds;
}

/**
 * Puts the bug back, in a thread of its own, and looks for it with each of the searches in its scenario. The files and
 * the caller's own modules stay as they are. Aborting the signal ends the thread.
 *
 * @throws PatchError if the patch does not fit the code
 */
export function hunt(bug: Bug, bounds: HuntBounds, signal?: AbortSignal): Promise<HuntReport> {
  const { sources } = applyToModules(bug.slug, bug.patch, projectRoot);
  const order: HuntOrder = {
    slug: bug.slug,
    sources: [...sources],
    scenario: bug.scenario,
    caughtBy: bug.caughtBy,
    bounds,
  };
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./hunt-worker.ts", import.meta.url), { workerData: order });
    const stop = (): void => void worker.terminate();
    signal?.addEventListener("abort", stop, { once: true });
    worker.once("message", (report: HuntReport) => resolve(report));
    worker.once("error", reject);
    worker.once("exit", () => {
      signal?.removeEventListener("abort", stop);
      reject(new Error(`the hunt for ${bug.slug} was stopped`)); // no effect once the report has come
    });
  });
}
