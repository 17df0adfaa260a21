/** A campaign without end, from its store to its end: rounds, deadline, interruption. It prints nothing. */
import { join } from "node:path";
import { sourcesDigest } from "#fuzz/host/code-version.ts";
import { packageRoot } from "#fuzz/host/project-root.ts";
import { writeWholeFile } from "#fuzz/host/write-file.ts";
import { parseTrace } from "#fuzz/machine/trace.ts";
import type { ScenarioReference } from "#fuzz/subjects/catalogue.ts";
import { type Engine, openEngine } from "../engine.ts";
import { progressLine } from "../progress-line.ts";
import { type CampaignStore, openStore, type StoredViolation } from "../store/campaign-store.ts";
import type { WorkerPool } from "../worker-pool.ts";
import { runRound } from "./round.ts";

export interface LongCampaignSettings {
  /** File of the store. */
  readonly store: string;
  /** Folder for certificates and histories. */
  readonly out: string;
  readonly workers: number;
  readonly seed: number;
  /** Milliseconds until it is stopped. */
  readonly time?: number | undefined;
  /** Rounds until it ends; absent: no end. */
  readonly rounds?: number | undefined;
  /** Where jobs run, if not on threads of this process. */
  readonly pool?: WorkerPool;
}

export interface LongCampaignListener {
  onStart(progress: () => string): void;
  /** Hears of decided scenarios and violations. */
  onLine(line: string): void;
}

/** The results at the end, without any dates. */
export interface LongCampaignEnd {
  readonly code: string;
  /** Rounds that were finished. */
  readonly rounds: number;
  /** Names of scenarios explored to the end. */
  readonly decided: readonly string[];
  /** Observed pairs of a write and a read, and the schedules kept for them. */
  readonly pairs: number;
  readonly corpus: number;
  readonly violations: readonly StoredViolation[];
  /** Why it was stopped, if it was. */
  readonly stopped: string | undefined;
}

/** @throws InputError if the store or a file cannot be written, or a job reports a fault of the caller */
export async function performLongCampaign(
  scenarios: readonly ScenarioReference[],
  settings: LongCampaignSettings,
  { onStart, onLine }: LongCampaignListener,
): Promise<LongCampaignEnd> {
  const { workers, time, seed, out, pool, rounds = Infinity } = settings;
  const code = codeOf(scenarios);
  const store = openStore(settings.store);
  const state = store.outcomesOf(code);
  const engine = openEngine({ workers, time, state, ...(pool !== undefined && { pool }) });
  const decided = new Set<string>();
  let round = 0;
  onStart(() => progressLine(`round ${round} · ${decided.size} of ${scenarios.length} decided`, engine));
  try {
    for (let goesOn = true; goesOn && round < rounds && engine.stopReason() === undefined;) {
      round++;
      goesOn = await runRound(round, scenarios, {
        perform: engine.part(round).perform,
        store,
        seed,
        code,
        decided,
        now: () => new Date(),
        stopReason: engine.stopReason,
        onLine,
        save: (file, text) => writeWholeFile(join(out, file), text),
      });
    }
    return endOf(store, engine, code, round, decided);
  } finally {
    await engine.close();
    store.close();
  }
}

/** Replays all stored violations on the present code, and records which are fixed. */
export async function recheckViolations(
  { store: path, workers, time }: Pick<LongCampaignSettings, "store" | "workers" | "time">,
  { onStart, onLine }: LongCampaignListener,
): Promise<LongCampaignEnd> {
  const store = openStore(path);
  const violations = store.violations();
  const engine = openEngine({ workers, time });
  let done = 0;
  onStart(() => progressLine(`${done} of ${violations.length} replayed`, engine));
  const code = codeOf(violations);
  try {
    for (const { cause, scenario, property, trace: text, module } of violations) {
      const trace = parseTrace(text, `the trace of ${scenario}`);
      const task = { path: cause, trace, ...(module !== undefined && { module }) };
      const replayed = await engine.perform({ kind: "trace", task });
      done++;
      if (replayed === undefined) break;
      const { verdict, because } = replayed.outcome;
      if (verdict === "unknown") onLine(`unknown   ${scenario}  ${property}: ${because}`);
      else store.recheck(cause, code, verdict === "violated", new Date());
    }
    return endOf(store, engine, code, 0, new Set());
  } finally {
    await engine.close();
    store.close();
  }
}

function codeOf(subjects: readonly { readonly module?: string }[]): string {
  return sourcesDigest(packageRoot, [...new Set(subjects.flatMap(({ module }) => module ?? []))].toSorted());
}

function endOf(
  store: CampaignStore,
  engine: Engine,
  code: string,
  round: number,
  decided: ReadonlySet<string>,
): LongCampaignEnd {
  const stopped = engine.stopReason();
  const corpus = store.corpus();
  return {
    code,
    rounds: stopped === undefined ? round : Math.max(0, round - 1),
    decided: [...decided].toSorted(),
    pairs: corpus.reduce((sum, { found }) => sum + found, 0),
    corpus: corpus.length,
    violations: store.violations(),
    stopped,
  };
}
