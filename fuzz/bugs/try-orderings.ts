/**
 * Weakens each ordering of a system by one step, in memory, and explores the protocols, and scenarios if requested,
 * until something goes wrong.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { WeakExploration, WeakViolation } from "#fuzz/explore/explore-weak-program.ts";
import type { Program } from "#fuzz/machine/program.ts";
import { InputError } from "#fuzz/host/input-error.ts";
import { importPatched, noteImports } from "./patched-modules.ts";
import { takeReached, type Weakening, weakeningsOf } from "./weakening.ts";

/** The folder of `impl/` with a system's orderings; `sync` is shared by the systems. */
const FOLDERS: Readonly<Record<string, string>> = {
  sync: "sync",
  peers: "peers",
  "peers-optimistic": "peers",
  "peers-rwlock": "peers",
  "peers-rcu-list": "peers",
  neighbours: "neighbours",
  "time-wait": "time-wait",
  "route-cache": "route-cache",
  dst: "dst",
  "dst-softirq": "dst",
  "native-sync": "native",
};

export interface OrderingVerdict {
  readonly weakening: Omit<Weakening, "source">;
  /**
   * `needed`: something goes wrong without it. `redundant`: every program was explored to the end without a violation.
   * `open`: there was no violation, but some program was not explored to the end, or none reaches the access at all.
   */
  readonly kind: "needed" | "redundant" | "open";
  /** The program that needs it, or those that were not explored to the end. */
  readonly programs: readonly string[];
  readonly violation?: WeakViolation;
}

export interface TryOptions {
  readonly system: string;
  /** Graphs of each scenario; 0 for protocols alone. */
  readonly scenarioGraphs: number;
  /** Graphs of each protocol. */
  readonly protocolGraphs: number;
}

interface Named {
  readonly name: string;
  readonly graphs: number;
  makeProgram(): Program;
}

const ROOT = join(import.meta.dirname, "../..");

/**
 * Whether the file is weakened: tests are not, nor are accesses for real threads, which are not part of the protocols.
 */
function isSource(file: string): boolean {
  return (
    file.endsWith(".ts") &&
    !/\.(test|fixture)\.ts$/u.test(file) &&
    !/^native\/(native-)?atomics|^native\/peers/u.test(file)
  );
}

/** Every weakening of the system's files. */
export function weakeningsOfSystem(system: string): readonly Weakening[] {
  const folder = FOLDERS[system];
  if (folder === undefined)
    throw new InputError(`barriers: no system "${system}"; there are ${Object.keys(FOLDERS).join(", ")}`);
  const files = readdirSync(join(ROOT, "impl", folder)).map((file) => `${folder}/${file}`);
  return files
    .filter(isSource)
    .toSorted()
    .flatMap((file) => weakeningsOf(`impl/${file}`, readFileSync(join(ROOT, "impl", file), "utf8")));
}

/** Tries one weakening after another. Must run in a thread that has not loaded any implementation yet. */
export async function* tryOrderings(options: TryOptions): AsyncGenerator<OrderingVerdict> {
  noteImports();
  const { exploreWeakProgram } = await import("#fuzz/explore/explore-weak-program.ts");
  for (const weakening of weakeningsOfSystem(options.system)) {
    const { source, ...where } = weakening;
    const programs = await programsWith(weakening.file, source, options);
    yield verdictOf(where, programs, (program, graphsMax) =>
      exploreWeakProgram(program, { memory: "lkmm", graphsMax }),
    );
  }
}

async function programsWith(
  file: string,
  source: string,
  { system, scenarioGraphs, protocolGraphs }: TryOptions,
): Promise<readonly Named[]> {
  const sources = new Map([[pathToFileURL(join(ROOT, file)).href, source]]);
  const load = (module: string): Promise<unknown> =>
    importPatched(pathToFileURL(join(ROOT, module)).href, "weaker", sources);
  const { protocols } = (await load(
    "fuzz/programs/protocols/protocols.ts",
  )) as typeof import("#fuzz/programs/protocols/protocols.ts");
  const small = protocols.map((protocol): Named => {
    return { name: protocol.name, graphs: protocolGraphs, makeProgram: () => protocol.makeProgram() };
  });
  if (scenarioGraphs === 0) return small;
  const { systems } = (await load("fuzz/systems/all-systems.ts")) as typeof import("#fuzz/systems/all-systems.ts");
  const large = systems
    .filter(({ name }) => name === system || system === "sync")
    .flatMap((each) =>
      each.scenarios.map((scenario): Named => {
        return { name: scenario.name, graphs: scenarioGraphs, makeProgram: () => each.compile(scenario) };
      }),
    );
  return [...small, ...large];
}

function verdictOf(
  weakening: Omit<Weakening, "source">,
  programs: readonly Named[],
  explore: (program: Program, graphsMax: number) => WeakExploration,
): OrderingVerdict {
  const unfinished: string[] = [];
  takeReached();
  for (const { name, graphs, makeProgram } of programs) {
    const { violation, complete } = explore(makeProgram(), graphs);
    if (violation !== undefined) return { weakening, kind: "needed", programs: [name], violation };
    if (!complete) unfinished.push(name);
  }
  if (!takeReached()) return { weakening, kind: "open", programs: ["no program comes there"] };
  return { weakening, kind: unfinished.length === 0 ? "redundant" : "open", programs: unfinished };
}
