/**
 * The speed of the machine: `npm run bench`. One process, one core; every figure is a median of interleaved rounds.
 *
 * Accesses per second under a random walk, for scenarios of the peer pool, compared with a bare loop over the same
 * generators; short executions per second; and the memory in use after many executions. Ratios are taken within a
 * round, so that other load on the machine slows both sides. Writes reports/out/bench-machine.json.
 */
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import {
  type Access,
  atomicAddReturn,
  rcuAssignPointer,
  rcuDereference,
  rcuReadLock,
  rcuReadUnlock,
  read,
  readOnce,
  spinLock,
  spinUnlock,
  write,
} from "#impl/memory/access.ts";
import { createHeap, place } from "#impl/memory/heap.ts";
import { struct } from "#impl/memory/struct.ts";
import { Machine } from "#fuzz/machine/machine.ts";
import type { MachineOptions } from "#fuzz/machine/machine-settings.ts";
import type { Program } from "#fuzz/machine/program.ts";
import { scenarioNamed, systemNamed } from "#fuzz/systems/all-systems.ts";
import { randomWalk } from "#fuzz/strategies/random-walk.ts";
import { bareLoop } from "./bare-loop.ts";

const SCENARIOS = [
  "peers-three-creators",
  "peers-collection-of-several",
  "peers-invalidate-against-lookup",
  "peers-two-creators",
];
const SHORT = "short program";
const ROUNDS = 7;
const ROUND_MS = 250;
const SEED = 1;

/** Runs one execution; returns the number of accesses. */
type Run = () => number;

interface Rate {
  readonly accessesPerSecond: number;
  readonly executionsPerSecond: number;
  readonly accessesPerExecution: number;
}

/**
 * A short execution: three threads, twenty accesses each, of every common kind, in procedures one level deep. The
 * remaining time is the machine's, not that of nested generators.
 */
function shortProgram(): Program {
  const heap = createHeap(64);
  const at = place(heap, Short, "short");
  function* body(): Access {
    for (let i = 0; i < 2; i++) {
      yield rcuReadLock();
      yield rcuDereference(Short.root(at));
      yield readOnce(Short.count(at));
      yield rcuReadUnlock();
      yield spinLock(Short.lock(at));
      for (let word = 0; word < 2; word++) yield write(Short.data(at) + word, (yield read(Short.data(at) + word)) + 1);
      yield rcuAssignPointer(Short.root(at), i);
      yield spinUnlock(Short.lock(at));
      yield atomicAddReturn(Short.count(at), 1);
    }
  }
  return { name: "short", heap, watchers: [], threads: ["a", "b", "c"].map((name) => ({ name, body })) };
}

const Short = struct("short", { root: 1, count: 1, lock: 1, data: 2 });

/** The checks enabled in each row of the table. */
const modes = [
  "bare loop",
  "memory safety, refcount",
  "… and data-race clocks",
  "… and every property, history",
] as const;

function programOf(name: string, mode: (typeof modes)[number]): Program {
  if (name === SHORT) return shortProgram();
  const scenario = scenarioNamed(name);
  const program = systemNamed(scenario.system).compile(scenario);
  if (mode === modes[3]) return program;
  const { history: _, ...rest } = program;
  // The refcount watcher takes from the history what it compares at the end.
  return {
    ...rest,
    watchers: program.watchers
      .filter(({ property }) => property === "refcount")
      .map(({ ended: __, ...watcher }) => watcher),
  };
}

function runOf(name: string, mode: (typeof modes)[number]): Run {
  const program = programOf(name, mode);
  if (mode === modes[0]) return bareLoop(program);
  const options: MachineOptions = { dataRaces: mode !== modes[1] };
  const machine = new Machine(program, options);
  const strategy = randomWalk(SEED);
  return () => {
    const violation = machine.run(strategy);
    if (violation !== undefined) throw new Error(`${name}: ${violation.property}: ${violation.because}`);
    return machine.steps;
  };
}

function measure(run: Run): Rate {
  let accesses = 0;
  let executions = 0;
  const start = performance.now();
  let elapsed = 0;
  while (elapsed < ROUND_MS) {
    for (let i = 0; i < 50; i++) accesses += run();
    executions += 50;
    elapsed = performance.now() - start;
  }
  return {
    accessesPerSecond: (accesses / elapsed) * 1000,
    executionsPerSecond: (executions / elapsed) * 1000,
    accessesPerExecution: accesses / executions,
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

interface Row extends Rate {
  readonly scenario: string;
  readonly mode: string;
  /** Accesses per second as a fraction of the bare loop's, in the same round. */
  readonly ofBareLoop: number;
}

function benchScenario(scenario: string): Row[] {
  const runs = modes.map((mode) => runOf(scenario, mode));
  for (const run of runs) measure(run);
  const rounds = Array.from({ length: ROUNDS }, () => runs.map(measure));
  return modes.map((mode, index) => ({
    scenario,
    mode,
    accessesPerExecution: median(rounds.map((round) => round[index]?.accessesPerExecution ?? 0)),
    executionsPerSecond: median(rounds.map((round) => round[index]?.executionsPerSecond ?? 0)),
    accessesPerSecond: median(rounds.map((round) => round[index]?.accessesPerSecond ?? 0)),
    ofBareLoop: median(
      rounds.map((round) => (round[index]?.accessesPerSecond ?? 0) / (round[0]?.accessesPerSecond ?? 1)),
    ),
  }));
}

/** Bytes of heap in use after this many executions and a full collection. */
function benchMemory(scenario: string): { executions: number; heapBytes: number }[] {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  const run = runOf(scenario, modes[1]);
  const sizes: { executions: number; heapBytes: number }[] = [];
  let executions = 0;
  for (const target of [10_000, 100_000, 1_000_000]) {
    for (; executions < target; executions++) run();
    if (typeof collect === "function") collect();
    sizes.push({ executions, heapBytes: process.memoryUsage().heapUsed });
  }
  return sizes;
}

const rows = [...SCENARIOS, SHORT].flatMap(benchScenario);
console.log(`${"scenario".padEnd(34)} ${"checks".padEnd(30)} accesses/exec   executions/s  M accesses/s  of bare loop`);
for (const { scenario, mode, accessesPerExecution, executionsPerSecond, accessesPerSecond, ofBareLoop } of rows) {
  console.log(
    `${scenario.padEnd(34)} ${mode.padEnd(30)} ${accessesPerExecution.toFixed(1).padStart(13)} ` +
      `${Math.round(executionsPerSecond).toLocaleString("en").padStart(14)} ${(accessesPerSecond / 1e6).toFixed(2).padStart(13)} ${ofBareLoop.toFixed(2).padStart(13)}`,
  );
}
const memory = benchMemory("peers-two-creators");
for (const { executions, heapBytes } of memory)
  console.log(
    `heap after ${executions.toLocaleString("en").padStart(9)} executions  ${(heapBytes / 2 ** 20).toFixed(2)} MiB`,
  );

const folder = join(import.meta.dirname, "../../reports/out");
mkdirSync(folder, { recursive: true });
const file = join(folder, "bench-machine.json");
writeFileSync(
  `${file}.new`,
  `${JSON.stringify({ node: process.version, cpu: cpus()[0]?.model, rounds: ROUNDS, roundMs: ROUND_MS, seed: SEED, rows, memory }, undefined, 2)}\n`,
);
renameSync(`${file}.new`, file);
console.log(`written to ${file}`);
