/** The differences from another run: by name, verdicts first, then the time. */
import type { PageRun } from "../page-data.ts";
import type { Result } from "../result.ts";

export interface Difference {
  readonly kind: "new" | "gone" | "fixed" | "broken" | "changed" | "slower" | "faster";
  readonly what: "scenario" | "trace" | "bug" | "certificate" | "stress";
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

/** A part counts as slower if it takes this many times as long, and this many milliseconds longer. */
const SLOWER = 1.5;
const SLOWER_MS = 500;

type Verdicts = ReadonlyMap<
  string,
  { readonly what: Difference["what"]; readonly name: string; readonly verdict: string }
>;

export function compareRuns(before: PageRun, after: PageRun): readonly Difference[] {
  const old = verdictsOf(before.result);
  const now = verdictsOf(after.result);
  const differences: Difference[] = [];
  for (const [key, { what, name, verdict }] of now) {
    const was = old.get(key)?.verdict;
    if (was === undefined) differences.push({ kind: "new", what, name, before: "", after: verdict });
    else if (was !== verdict) differences.push({ kind: kindOf(verdict), what, name, before: was, after: verdict });
  }
  for (const [key, { what, name, verdict }] of old)
    if (!now.has(key)) differences.push({ kind: "gone", what, name, before: verdict, after: "" });
  return [...differences, ...timesOf(before, after, now)];
}

function kindOf(verdict: string): Difference["kind"] {
  if (isGood(verdict)) return "fixed";
  return isBad(verdict) ? "broken" : "changed";
}

function isGood(verdict: string): boolean {
  return verdict === "holds" || verdict === "found";
}

function isBad(verdict: string): boolean {
  return verdict === "violated" || verdict === "missed";
}

function timesOf({ timing: before }: PageRun, { timing: after }: PageRun, now: Verdicts): Difference[] {
  if (before === undefined || after === undefined) return [];
  const named = new Map([...now.values()].map(({ what, name }) => [name, what]));
  return Object.entries(after.parts).flatMap(([name, milliseconds]): Difference[] => {
    const was = before.parts[name];
    const what = named.get(name);
    if (was === undefined || what === undefined) return [];
    const texts = { before: secondsText(was), after: secondsText(milliseconds) };
    if (milliseconds > was * SLOWER && milliseconds - was > SLOWER_MS)
      return [{ kind: "slower", what, name, ...texts }];
    if (was > milliseconds * SLOWER && was - milliseconds > SLOWER_MS)
      return [{ kind: "faster", what, name, ...texts }];
    return [];
  });
}

function verdictsOf({ scenarios, traces, museum, certificates, stress }: Result): Verdicts {
  const all = [
    ...scenarios.map(({ name, verdict }) => ({ what: "scenario" as const, name, verdict })),
    ...traces.map(({ trace, verdict }) => ({ what: "trace" as const, name: trace, verdict })),
    ...museum.map(({ slug, outcome }) => ({ what: "bug" as const, name: slug, verdict: outcome })),
    ...certificates.map(({ certificate, verdict }) => ({ what: "certificate" as const, name: certificate, verdict })),
    ...stress.map(({ system, verdict }) => ({ what: "stress" as const, name: system, verdict })),
  ];
  return new Map(all.map((one) => [`${one.what} ${one.name}`, one]));
}

export function secondsText(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}
