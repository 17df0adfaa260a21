/**
 * The result of a campaign, as `quiesce verify --json` writes it.
 *
 * Equal seed, profile and code give equal bytes: nothing here depends on the machine, the number of workers, the time
 * or the folder, except a violation on real threads, which no seed reproduces. Machine-dependent data (time and
 * hardware) is in `timing.ts`. Paths are relative to the folder of the reports.
 *
 * The published JSON Schema, `result.schema.json`, is made from this file by `npm run schema`.
 */
import { z } from "zod";
import { CertificateScope } from "./certificate.ts";

/** Changes when a reader of an older result would misread a newer one. */
const RESULT_VERSION = 2;

const text = z.string();
const count = z.int().nonnegative();

export const Verdict = z
  .enum(["holds", "violated", "unknown"])
  .describe(
    "holds: searched to the profile's bound without a violation; " +
      "violated: a counterexample was found; unknown: stopped before",
  );

export const Search = z
  .strictObject({
    strategy: text.describe("name of the strategy, as `quiesce list` prints it"),
    exhaustive: z.boolean().describe("every schedule of the scenario was run: nothing is left to find"),
    executions: count,
    accesses: count.describe("accesses to shared memory in all executions together"),
    estimate: z
      .strictObject({
        executions: count.describe("the mean over random walks (stochastic enumeration)"),
        low: count.describe("the number is not below this, for nine seeds of ten"),
        high: count.describe("nor above this"),
      })
      .optional()
      .describe(
        "about how many executions there are, where an exhaustive search was ended by its bound; blocked ones included",
      ),
  })
  .describe("what one strategy did on one scenario");

export const Location = z
  .strictObject({
    file: text.describe("relative to the root of the project, with forward slashes"),
    line: z.int().positive(),
    column: z.int().positive().optional(),
  })
  .describe("a place in the source");

export const Counterexample = z
  .strictObject({
    property: text.describe("name of the violated property"),
    because: text.describe("one clause that says what went wrong"),
    strategy: text.describe("the strategy that found it"),
    seed: z.int().describe("seed of the search that found it"),
    execution: z.int().positive().describe("number of the violating execution in that search, from 1"),
    threads: count.describe("threads, after shrinking"),
    accesses: count.describe("accesses, after shrinking"),
    preemptions: count.describe("preemptions, after shrinking"),
    location: Location.optional().describe("the source line of the access at which it was violated"),
    orderings: z.array(text).describe("the orderings that matter: turn any of them round and the execution passes"),
    story: z.array(text).describe("the execution as readable text, line by line"),
    trace: text.optional().describe("path of the trace file; absent under weak memory, where there is none to replay"),
    reproduction: text.describe("path of the script that reproduces it").optional(),
  })
  .describe("the shrunk execution that violates a property");

export const ScenarioResult = z.strictObject({
  name: text,
  system: text,
  verdict: Verdict,
  because: text.optional().describe("why the verdict is unknown"),
  memory: text
    .optional()
    .describe(
      "the weak memory model; absent for sequential consistency. Executions " +
        "without a cycle of program order and reads-from",
    ),
  under: text
    .optional()
    .describe("which executions were run, and on what memory: the verdict covers no more than that"),
  without: z.record(text, text).optional().describe("checks that the system switches off, and why"),
  seed: count.describe("seed that the searches of this scenario derive theirs from"),
  searches: z.array(Search),
  counterexample: Counterexample.optional(),
});

export const TraceResult = z
  .strictObject({
    trace: text.describe("path of the saved trace, relative to the root of the project"),
    scenario: text,
    verdict: Verdict.describe("holds: the bug of the trace does not come back"),
    because: text.describe("how the replay ended"),
  })
  .describe("the replay of one saved trace of a bug that was found before");

export const BugResult = z
  .strictObject({
    slug: text,
    system: text,
    outcome: z.enum(["found", "missed", "unknown"]).describe("missed: the gate would have let this bug through"),
    because: text,
    scenario: text.optional(),
    property: text.optional(),
    strategy: text.optional(),
    executions: count.optional().describe("executions until it was found"),
    preemptions: count
      .optional()
      .describe("preemptions of the counterexample; as few as the patch allows are looked for, not the fewest"),
  })
  .describe("the search for one bug that the systems really had, put back by a patch");

export const CertificateResult = z
  .strictObject({
    system: text,
    scope: CertificateScope,
    verdict: Verdict,
    because: text.optional().describe("why the verdict is unknown"),
    scenarios: count.describe("scenarios of the scope, up to symmetry"),
    explored: count.describe("scenarios explored to the end"),
    executions: count.describe("complete execution graphs of all scenarios together"),
    blocked: count.describe("execution graphs that end with a thread waiting"),
    histories: count.describe("distinct histories, scenario by scenario"),
    certificate: text.describe("path of the certificate"),
    violations: z.array(z.strictObject({ scenario: text, counterexample: Counterexample })),
  })
  .describe("the certificate of a small scope: every scenario of a system up to a size, explored exhaustively");

export const ReadersResult = z
  .strictObject({
    verdict: Verdict.exclude(["unknown"]),
    because: text,
    seed: count,
    files: count.describe("files of every format with typing errors and broken bytes"),
    model: text.optional().describe("the model that the file was checked against"),
    file: text.optional().describe("path of the file that was neither decided nor refused in one line"),
  })
  .describe("the readers of `quiesce check` under mutated files: each ends in a verdict, or in a fault of one line");

export const StressResult = z
  .strictObject({
    system: text,
    source: text.describe("the source that was built for real threads, relative to the root of the project"),
    verdict: Verdict.exclude(["unknown"]).describe("holds: nothing was found in that time, which proves nothing"),
    because: text,
    seed: count.describe("seed of the operations; schedules are the host's"),
    threads: z.int().positive(),
    milliseconds: count.describe("the planned time, unless a violation ends it sooner"),
    property: text.optional().describe("name of the violated property"),
    history: text.optional().describe("path of the file with the history that shows it"),
  })
  .describe("stress on real threads: the same source at full speed, whose responses and final memory are checked");

export const Result = z
  .strictObject({
    format: z.literal("quiesce-result"),
    version: z.literal(RESULT_VERSION),
    quiesce: text.describe("version of quiesce"),
    code: text.describe("fingerprint of the source that was verified"),
    command: z.enum(["verify", "fuzz"]),
    profile: text.optional(),
    seed: count,
    finished: z.boolean().describe("false: the run was stopped, and this report is partial"),
    verdict: Verdict,
    scenarios: z.array(ScenarioResult),
    traces: z.array(TraceResult),
    museum: z.array(BugResult),
    certificates: z.array(CertificateResult),
    readers: z.array(ReadersResult),
    stress: z.array(StressResult),
  })
  .describe("what a run of quiesce found");

export type Verdict = z.infer<typeof Verdict>;
export type Search = z.infer<typeof Search>;
export type Location = z.infer<typeof Location>;
export type Counterexample = z.infer<typeof Counterexample>;
export type ScenarioResult = z.infer<typeof ScenarioResult>;
export type TraceResult = z.infer<typeof TraceResult>;
export type BugResult = z.infer<typeof BugResult>;
export type CertificateResult = z.infer<typeof CertificateResult>;
export type ReadersResult = z.infer<typeof ReadersResult>;
export type StressResult = z.infer<typeof StressResult>;
export type Result = z.infer<typeof Result>;

/** The parts of a result, before its verdict. */
export type ResultParts = Omit<Result, "format" | "version" | "verdict">;

/**
 * The verdict of the whole: one violation, or one missed bug of the museum, makes it violated; one undecided part, or a
 * stopped run, makes it unknown. A run without any part decides nothing.
 */
export function wholeResult(parts: ResultParts): Result {
  return { format: "quiesce-result", version: RESULT_VERSION, ...parts, verdict: wholeVerdict(parts) };
}

function wholeVerdict({ finished, scenarios, traces, museum, certificates, readers, stress }: ResultParts): Verdict {
  const verdicts = new Set<Verdict>(
    [...scenarios, ...traces, ...certificates, ...readers, ...stress].map(({ verdict }) => verdict),
  );
  for (const { outcome } of museum) verdicts.add(VERDICT_OF_OUTCOME[outcome]);
  if (verdicts.has("violated")) return "violated";
  return finished && verdicts.has("holds") && !verdicts.has("unknown") ? "holds" : "unknown";
}

const VERDICT_OF_OUTCOME = { found: "holds", missed: "violated", unknown: "unknown" } as const;

/** The bytes of a result file. */
export function resultJson(result: Result): string {
  return `${JSON.stringify(result, null, 2)}\n`;
}
