/** Loads the gate with mutants beside the code as it stands, in this thread. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { importPatched } from "#fuzz/bugs/patched-modules.ts";
import { projectRoot } from "#fuzz/host/project-root.ts";
import { switchTo } from "./active-mutant.ts";
import { instrumentedFile } from "./instrument-file.ts";

export type Gate = typeof import("./gate-check.ts");

const GATE = new URL("./gate-check.ts", import.meta.url).href;

/** The gate with the mutants of some files, and the number of each file's first. */
export interface GateWithMutants {
  readonly gate: Gate;
  readonly first: ReadonlyMap<string, number>;
}

/**
 * The gate with all mutants of these files behind switches. It is loaded once a thread.
 *
 * @throws whatever loading the modules throws
 */
export async function gateWithMutants(files: readonly string[]): Promise<GateWithMutants> {
  const sources = new Map<string, string>();
  const first = new Map<string, number>();
  let next = 0;
  for (const file of files) {
    const { mutants, instrumented } = await instrumentedFile(file);
    first.set(file, next);
    sources.set(urlOf(file), instrumented(next));
    next += mutants.length;
  }
  return { gate: await load("mutants", sources), first };
}

/**
 * The gate loaded anew with this mutant on from the start, for one whose place is reached while modules load. It stays
 * on.
 *
 * @throws whatever loading the modules throws
 */
export async function gateLoadedWith(file: string, mutant: number): Promise<Gate> {
  const { instrumented } = await instrumentedFile(file);
  const sources = new Map([[urlOf(file), `${instrumented(0)}\n// mutant ${mutant} is on\n`]]);
  switchTo(mutant);
  return load("mutant-at-load", sources);
}

async function load(label: string, sources: ReadonlyMap<string, string>): Promise<Gate> {
  // The code as it stands is loaded first, and loads without a mutant.
  return (await importPatched(GATE, label, sources)) as Gate;
}

function urlOf(file: string): string {
  return pathToFileURL(join(projectRoot, file)).href;
}
