/**
 * A campaign: decides every scenario, replays every saved trace, hunts every bug of the museum, certifies every small
 * scope, tries the readers of files, and then runs stress on real threads, which needs the processors for itself.
 *
 * The results depend on the parts alone. The number of concurrent jobs, and the order in which they end, change only
 * the time.
 */
import type {
  BugResult,
  CertificateResult,
  ReadersResult,
  ScenarioResult,
  StressResult,
  TraceResult,
} from "#reports/result.ts";
import type { Engine } from "./engine.ts";
import { inOrder } from "./in-order.ts";
import type { JobKind } from "./job.ts";
import { jobKinds } from "./job-kinds.ts";
import type { Part, PartContext, PartResult } from "./part.ts";

export interface CampaignResult {
  /** False when it was stopped before every part ended. */
  readonly finished: boolean;
  readonly scenarios: readonly ScenarioResult[];
  readonly traces: readonly TraceResult[];
  readonly museum: readonly BugResult[];
  readonly certificates: readonly CertificateResult[];
  readonly readers: readonly ReadersResult[];
  readonly stress: readonly StressResult[];
  /** Operations of real threads, under stress. */
  readonly stressOperations: number;
  /** Milliseconds of work, by the name of the part. */
  readonly parts: Readonly<Record<string, number>>;
}

export interface CampaignOptions {
  readonly engine: Pick<Engine, "part" | "stop" | "stopReason">;
  /** File operations available to the parts. */
  readonly files: Pick<PartContext, "pathOf" | "save" | "saveTrace">;
  /** Hears each result in the order of the parts, as soon as those before it are known. */
  readonly onResult: (result: PartResult) => void;
}

/** @throws the error of a part, once the running jobs have ended */
export async function runCampaign(
  parts: readonly Part[],
  { engine, files, onResult }: CampaignOptions,
): Promise<CampaignResult> {
  const { stopReason } = engine;
  const results: (PartResult | undefined)[] = parts.map(() => undefined);
  const report = inOrder(onResult);
  const started = parts.map((part, rank) => ({ part, rank, own: engine.part(rank, part.work) }));

  const run = async ({ part, rank, own }: (typeof started)[number]): Promise<void> => {
    const result = await part.run({ ...files, perform: own.perform, stopReason });
    own.end();
    if (result === undefined) return;
    results[rank] = result;
    report(rank, result);
  };
  await allOf(started.filter(({ part }) => !isAlone(part)).map(run), engine.stop);
  for (const one of started.filter(({ part }) => isAlone(part))) await run(one);

  const known = results.filter((result) => result !== undefined);
  return {
    finished: known.length === parts.length && stopReason() === undefined,
    scenarios: known.flatMap((result) => (result.kind === "scenario" ? [result.scenario] : [])),
    traces: known.flatMap((result) => (result.kind === "trace" ? [result.trace] : [])),
    museum: known.flatMap((result) => (result.kind === "bug" ? [result.bug] : [])),
    certificates: known.flatMap((result) => (result.kind === "certificate" ? [result.certificate] : [])),
    readers: known.flatMap((result) => (result.kind === "readers" ? [result.readers] : [])),
    stress: known.flatMap((result) => (result.kind === "stress" ? [result.stress] : [])),
    stressOperations: known.reduce((sum, result) => sum + (result.kind === "stress" ? result.operations : 0), 0),
    parts: Object.fromEntries(
      started.flatMap(({ part, rank, own }) =>
        results[rank] === undefined ? [] : [[part.name, Math.round(own.milliseconds())]],
      ),
    ),
  };
}

function isAlone({ work }: Part): boolean {
  return (Object.keys(work) as JobKind[]).some((kind) => jobKinds[kind].isAlone === true);
}

/** Waits for all; at the first failure the others are told to stop, and the error is thrown once they have. */
async function allOf(running: readonly Promise<void>[], stop: (why: string) => void): Promise<void> {
  for (const one of running) one.catch(() => stop("a part of it has failed"));
  const settled = await Promise.allSettled(running);
  const failed = settled.find((one) => one.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}
