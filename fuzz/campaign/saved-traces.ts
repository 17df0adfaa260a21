/** Traces of bugs that were found in our own code and mended: replayed for ever, so that none comes back unseen. */
import { readdirSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { TraceResult } from "#reports/result.ts";
import { expandChoices, readTrace } from "#fuzz/machine/trace.ts";
import { Machine } from "#fuzz/machine/machine.ts";
import { parseScenario } from "#fuzz/systems/parse-scenario.ts";
import { systemNamed } from "#fuzz/systems/all-systems.ts";
import { Follower, blocksOf } from "#fuzz/counterexample/follow.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const FOLDER = join(root, "fuzz", "traces");
const SUFFIX = ".trace.json";

/** Paths of the saved traces in the order of their names, those of these systems only. */
export function savedTraces(systems: ReadonlySet<string>, folder: string = FOLDER): readonly string[] {
  let files: string[];
  try {
    files = readdirSync(folder);
  } catch {
    return []; // no bug has been saved yet
  }
  return files
    .filter((file) => file.endsWith(SUFFIX))
    .toSorted()
    .map((file) => join(folder, file))
    .filter((path) => systems.has(readTrace(path).scenario.system));
}

/**
 * Replays a saved trace on the present code. The mended code may ask for other accesses than those recorded, so the
 * schedule is followed as far as it can be, and what counts is whether any property is violated.
 *
 * @throws TraceError if the file is no trace
 */
export function replaySavedTrace(path: string): TraceResult {
  const trace = readTrace(path);
  const shown = relative(root, path).split(sep).join("/");
  const start = { trace: shown, scenario: trace.scenario.name };
  const system = systemNamed(trace.scenario.system);
  const machine = new Machine(system.compile(parseScenario(system, trace.scenario)));
  const { violation, choices } = new Follower().run(machine, blocksOf(expandChoices(trace.choices)));
  if (violation !== undefined)
    return { ...start, verdict: "violated", because: `${violation.property}: ${violation.because}` };
  return {
    ...start,
    verdict: "holds",
    because: `ends without a violation after ${choices.length.toLocaleString("en-US")} accesses`,
  };
}
