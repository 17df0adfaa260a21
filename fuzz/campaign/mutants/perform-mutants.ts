/**
 * The mutation score of the gate, from what is asked for to every mutant's verdict: what each check reaches without a
 * mutant, then each mutant under the checks that reach it. It prints nothing.
 *
 * Not covered: mutants under weak memory, saved traces, certificates and stress, which belong to the gate as well; what
 * only more executions would find or reach.
 */
import { join } from "node:path";
import { sourcesDigest } from "#fuzz/host/code-version.ts";
import { InputError } from "#fuzz/host/input-error.ts";
import { projectRoot } from "#fuzz/host/project-root.ts";
import { prepareFolder } from "#fuzz/host/write-file.ts";
import { systemNamed, systems as allSystems } from "#fuzz/systems/all-systems.ts";
import { namedSeed } from "#properties/random.ts";
import type { MutationTerms } from "#reports/mutation-report.ts";
import { countOf } from "#reports/searched-under.ts";
import type { TriedMutant } from "#reports/tried-mutant.ts";
import { visibleText } from "#reports/visible-text.ts";
import { openEngine } from "../engine.ts";
import { progressLine } from "../progress-line.ts";
import { freshState, type ResumeKey, resumedState } from "../resume-state.ts";
import { type EarlierVerdict, earlierVerdicts } from "./earlier-verdicts.ts";
import { checksOf } from "./gate-check.ts";
import { type InstrumentedFile, instrumentedFile, type Mutant } from "./instrument-file.ts";
import { filesOf, filesUnderTest, gateDigest } from "./mutant-files.ts";
import { reachOf } from "./mutant-reach.ts";
import type { GateBounds, MutantOutcome } from "./mutants-task.ts";

export interface MutantsPlan {
  /** Systems whose checks are run; all if none is named. */
  readonly systems: readonly string[];
  /** The one file whose mutants are tried. */
  readonly file?: string | undefined;
  /** Numbers among the mutants of that file. */
  readonly mutants?: readonly number[] | undefined;
  /** So many mutants, drawn from all by the seed; all if absent. */
  readonly sample?: number | undefined;
  readonly bounds: GateBounds;
}

export interface MutantsSettings {
  /** Folder of the reports. */
  readonly out: string;
  readonly workers: number;
  /** Milliseconds after which the run is stopped. */
  readonly time?: number | undefined;
  /** Goes on where a run that was stopped had come to. */
  readonly resumes: boolean;
  /** Takes verdicts over from the result in `out`. */
  readonly isIncremental: boolean;
}

export interface MutantsListener {
  /** It begins; `progress` says in one line how far it is, at any time. */
  onStart(progress: () => string): void;
  onNote(line: string): void;
}

export interface MutantsEnd {
  /** In the order of their files. */
  readonly tried: readonly TriedMutant[];
  readonly sources: ReadonlyMap<string, string>;
  /** By system. */
  readonly checks: ReadonlyMap<string, readonly string[]>;
  readonly terms: MutationTerms;
  /** Checks that fail with no mutant on, and are left out. */
  readonly failing: readonly string[];
  readonly stopped: string | undefined;
}

/** Of the result, in the folder of the reports. */
export const MUTANTS_FILE = "mutants.json";

/** Bound on all checks of a mutant: milliseconds, and multiples of their time without it. Endless code exceeds both. */
const MUTANT_MS_MAX = 60_000;
const MUTANT_TIMES_MAX = 10;

/** @throws InputError for an unknown system, file or mutant, or a file that cannot be written */
export async function performMutants(
  plan: MutantsPlan,
  { out, workers, time, resumes, isIncremental }: MutantsSettings,
  { onStart, onNote }: MutantsListener,
): Promise<MutantsEnd> {
  const { bounds } = plan;
  const named = plan.systems.map(systemNamed);
  const files = filesOfPlan(plan);
  const gates = (named.length > 0 ? named : allSystems).filter((system) => {
    const loaded = new Set(filesOf(system));
    return files.some((file) => loaded.has(file));
  });
  prepareFolder(out, "--out");
  const terms: MutationTerms = {
    ...bounds,
    systems: Object.fromEntries(gates.map((system) => [system.name, gateDigest(system)])),
  };
  const key: ResumeKey = { ...bounds, code: sourcesDigest(projectRoot, []) };
  const statePath = join(out, "mutants-state.json");
  const state = resumes ? resumedState(statePath, key, onNote) : freshState(statePath, key);
  const earlier = isIncremental ? earlierVerdicts(join(out, MUTANTS_FILE), terms, onNote) : () => undefined;

  const instrumented = await Promise.all(files.map(instrumentedFile));
  checkNumbers(plan, instrumented);
  const engine = openEngine({ workers, time, state });
  let tried = 0;
  let all = 0;
  onStart(() => progressLine(all === 0 ? "running without mutants" : `${tried} of ${all} mutants tried`, engine));
  try {
    const checks = new Map(gates.map(({ name }) => [name, checksOf(name)]));
    const reach = await reachOf(files, [...checks.values()].flat(), bounds, engine);
    const wanted = mutantsOf(plan, instrumented).map(({ file, source, mutant }) => ({
      file,
      source,
      mutant,
      ...reach.to(file, mutant),
    }));
    all = wanted.length;
    const { perform } = engine.part(0, { mutant: all });
    const results = await Promise.all(
      wanted.map(async ({ file, source, mutant, by, atLoad, milliseconds }): Promise<TriedMutant> => {
        const reachedBy = by.map(({ name }) => name);
        const described = { ...descriptionOf(file, source, mutant), atLoad, reachedBy };
        const untried = untriedVerdict(mutant, reachedBy, engine.stopReason()) ?? earlier(described);
        if (untried !== undefined) {
          tried++;
          return { ...described, ...untried };
        }
        const task = { file, mutant: mutant.number, atLoad, checks: by, bounds };
        const millisecondsMax = (): number => MUTANT_MS_MAX + MUTANT_TIMES_MAX * milliseconds;
        const done = await perform({ kind: "mutant", task }, { millisecondsMax });
        tried++;
        return { ...described, ...(done === undefined ? endedVerdict(engine.stopReason()) : verdictOf(done.outcome)) };
      }),
    );
    const stopped = engine.stopReason();
    if (stopped === undefined) state.remove();
    else state.write();
    const others = filesOfOthers(named);
    return {
      tried: results.filter(({ status, file }) => status !== "not-reached" || !others.has(file)),
      sources: new Map(instrumented.map(({ file, source }) => [file, source])),
      checks: new Map([...checks].map(([system, own]) => [system, own.map(({ name }) => name)])),
      terms,
      failing: reach.failing,
      stopped,
    };
  } finally {
    await engine.close();
  }
}

/**
 * Of the whole code under test, or of what the systems load.
 *
 * @throws InputError for a file that is none of them
 */
function filesOfPlan({ systems, file }: MutantsPlan): readonly string[] {
  const loaded = new Set(systems.flatMap((name) => filesOf(systemNamed(name))));
  const files = filesUnderTest().filter((one) => systems.length === 0 || loaded.has(one));
  if (file === undefined) return files;
  const wanted = file.replace(/^\.\//, "");
  if (files.includes(wanted)) return [wanted];
  throw new InputError(
    `--file ${visibleText(file)}: ${systems.length === 0 ? "it is no file of impl/" : `${systems.join(", ")} loads no such file`}; name one such as ${files[0] ?? "impl/sync/seqlock.ts"}`,
  );
}

/** @throws InputError for a number that the file's mutants do not have */
function checkNumbers({ mutants = [], file }: MutantsPlan, [only]: readonly InstrumentedFile[]): void {
  if (mutants.length > 0 && file === undefined)
    throw new InputError("--mutants: name the --file whose mutants they are");
  const count = only?.mutants.length ?? 0;
  const missing = mutants.find((number) => number >= count);
  if (missing !== undefined)
    throw new InputError(`--mutants ${missing}: ${file} has ${countOf(count, "mutant")}, numbered from 0`);
}

interface MutantOfFile {
  readonly file: string;
  readonly source: string;
  readonly mutant: Mutant;
}

/** In the order of their files. A sample has none that are ignored. */
function mutantsOf(
  { mutants: numbers, sample, bounds }: MutantsPlan,
  files: readonly InstrumentedFile[],
): readonly MutantOfFile[] {
  const all = files.flatMap(({ file, source, mutants }) =>
    mutants
      .filter(({ number }) => numbers === undefined || numbers.includes(number))
      .map((mutant) => ({ file, source, mutant })),
  );
  if (sample === undefined) return all;
  const drawn = all
    .filter(({ mutant }) => mutant.ignored === undefined)
    .map((one) => ({ one, rank: namedSeed(bounds.seed, `${one.file}:${one.mutant.number}`) }))
    .toSorted((one, other) => one.rank - other.rank)
    .slice(0, sample);
  const chosen = new Set(drawn.map(({ one }) => one));
  return all.filter((one) => chosen.has(one));
}

/** Files that systems load which are not named, and whose checks may reach what those of the named do not. */
function filesOfOthers(named: readonly { readonly name: string }[]): ReadonlySet<string> {
  if (named.length === 0) return new Set();
  const names = new Set(named.map(({ name }) => name));
  return new Set(allSystems.filter(({ name }) => !names.has(name)).flatMap((system) => [...filesOf(system)]));
}

function descriptionOf(
  file: string,
  source: string,
  { number, mutator, replacement, start, end }: Mutant,
): Pick<TriedMutant, "file" | "number" | "mutator" | "original" | "replacement" | "start" | "end"> {
  const lines = source.split("\n").slice(start.line - 1, end.line);
  lines[lines.length - 1] = (lines.at(-1) ?? "").slice(0, end.column - 1);
  lines[0] = (lines[0] ?? "").slice(start.column - 1);
  return { file, number, mutator, original: lines.join("\n"), replacement, start, end };
}

type Verdict = Omit<EarlierVerdict, "isTakenOver">;

/** Of a mutant that need not be tried. */
function untriedVerdict(
  { ignored }: Mutant,
  reachedBy: readonly string[],
  stopped: string | undefined,
): EarlierVerdict | undefined {
  if (ignored !== undefined) return { status: "ignored", because: ignored, milliseconds: 0 };
  if (reachedBy.length > 0) return undefined;
  return { status: stopped === undefined ? "not-reached" : "undecided", milliseconds: 0 };
}

/** Of a mutant whose try was stopped, or whose thread was ended. */
function endedVerdict(stopped: string | undefined): Verdict {
  return stopped === undefined
    ? { status: "timeout", because: "it runs on without an access, and was ended", milliseconds: 0 }
    : { status: "undecided", milliseconds: 0 };
}

function verdictOf({ kind, kill, executions, milliseconds }: MutantOutcome): Verdict {
  if (kind === "stopped") return { status: "undecided", milliseconds };
  if (kill === undefined)
    return { status: "survived", because: `survived ${countOf(executions, "execution")}`, milliseconds };
  const { property, because, check } = kill;
  const where =
    check === undefined ? "while modules load" : `in ${check}, after ${countOf(kill.executions, "execution")}`;
  return {
    status: "killed",
    because: `${property}: ${because} (${where})`,
    ...(check !== undefined && { killedBy: check }),
    milliseconds,
  };
}
