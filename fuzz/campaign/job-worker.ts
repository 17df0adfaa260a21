/**
 * Runs jobs on a worker thread.
 *
 * The code of a kind is loaded when its first job comes, and stays. Imports are recorded from the start, so that code
 * with a bug put back can be loaded beside the present code.
 */
import { enableCompileCache } from "node:module";
import { noteImports } from "#fuzz/bugs/patched-modules.ts";
import { InputError } from "#fuzz/host/input-error.ts";
import { workerControl } from "#fuzz/host/worker-control.ts";
import type { Job, JobKind, OutcomeOf, RunJob } from "./job.ts";

// Keeps V8's compiled code for the next thread; measuring coverage needs fresh compilation.
if (process.env["NODE_V8_COVERAGE"] === undefined) enableCompileCache();
noteImports();

/** The error that crosses back to the pool's thread: errors lose their class on the way. */
export type Done<Kind extends JobKind> =
  | { readonly outcome: OutcomeOf<Kind> | undefined }
  | { readonly inputError: string };

const loaders: { readonly [Kind in JobKind]: () => Promise<RunJob<Kind>> } = {
  search: async () => (await import("./scenario/run-search.ts")).runSearch,
  explanation: async () => (await import("#fuzz/counterexample/explain-violation.ts")).explainViolation,
  conformance: async () => (await import("./conformance/run-conformance.ts")).runConformance,
  certificate: async () => (await import("./certificate/run-certify.ts")).runCertify,
  trace: async () => (await import("./trace/replay-saved-trace.ts")).replaySavedTrace,
  story: async () => (await import("./story/run-story.ts")).runStory,
  bug: async () => (await import("./hunt/run-hunt.ts")).runHunt,
  stress: async () => (await import("./stress/run-stress-task.ts")).runStressTask,
  reenactment: async () => (await import("./stress/run-reenactment.ts")).runReenactment,
  readers: async () => (await import("./readers/run-readers.ts")).runReaders,
  history: async () => (await import("./history/run-check.ts")).runCheck,
  transactions: async () => (await import("./history/run-transactions.ts")).runTransactions,
  litmus: async () => (await import("./litmus/run-litmus.ts")).runLitmus,
  "litmus-explanation": async () => (await import("./litmus/run-litmus.ts")).runLitmusExplanation,
  subtree: async () => (await import("./exploration/run-explore.ts")).runExplore,
  schedules: async () => (await import("./exploration/run-explore.ts")).runSchedules,
  weak: async () => (await import("./weak/run-weak.ts")).runWeak,
  agents: async () => (await import("./exploration/run-agents.ts")).runAgents,
  probe: async () => (await import("./probe/run-probe.ts")).runProbe,
  generated: async () => (await import("./generated/run-generated.ts")).runGenerated,
  triage: async () => (await import("./triage/run-triage.ts")).runTriage,
  reach: async () => (await import("./mutants/run-reach.ts")).runReach,
  mutant: async () => (await import("./mutants/run-mutant.ts")).runMutant,
};

const control = workerControl();

export default async function runJob<Kind extends JobKind>({ kind, task }: Job<Kind>): Promise<Done<Kind>> {
  try {
    const run = await loaders[kind]();
    return { outcome: await run(task, control) };
  } catch (error) {
    if (error instanceof InputError) return { inputError: error.message };
    throw error;
  }
}
