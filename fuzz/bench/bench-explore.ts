/**
 * The speed of the explorer: the programs of the table of counts, beside the two engines that the counts come from, and
 * beside the enumeration of every interleaving in the same run. The engines' times were measured on another day on a
 * busy two-core machine, with their start included, so only the orders of magnitude compare.
 *
 * Under `es`, the same programs without barriers, beside their speed under `sc`.
 *
 * `npm run bench:explore`; `-- --quick` leaves out programs of more than 100,000 executions.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { enumerateInterleavings } from "#fuzz/explore/brute-force.ts";
import { explore } from "#fuzz/explore/explore.ts";
import type { ExploredProgram } from "#fuzz/explore/explored-program.ts";
import { type Access, read, write } from "#impl/memory/access.ts";
import { exploredProgram } from "#fuzz/programs/explored-toy.ts";
import { toyProgramNamed } from "#fuzz/programs/toy-programs.ts";

interface Entry {
  readonly program: string;
  readonly parameters: Readonly<Record<string, number>>;
  readonly executions: Readonly<Record<string, number>>;
  readonly seconds: Readonly<Record<string, number>>;
}

const { values } = parseArgs({ options: { quick: { type: "boolean", default: false } } });
const EXECUTIONS_MIN = 1_000;
const EXECUTIONS_MAX = values.quick ? 100_000 : 5_000_000;
/** Most interleaved states of a program that is also enumerated. */
const BRUTE_FORCE_EXECUTIONS_MAX = 2_000;
const SECONDS_MIN = 0.3;

const { counts }: { readonly counts: readonly Entry[] } = JSON.parse(
  readFileSync(new URL("../programs/counts.json", import.meta.url), "utf8"),
);

interface Row {
  readonly name: string;
  readonly executions: number;
  readonly events: number;
  /** Executions a second. */
  readonly rate: number;
  readonly seconds: number;
  readonly references: string;
}

function created({ program, parameters }: Pick<Entry, "program" | "parameters">): ExploredProgram {
  return exploredProgram(toyProgramNamed(program), parameters);
}

/** Runs it for a while, and returns the seconds of one run. */
function seconds(run: () => void): number {
  const start = performance.now();
  let runs = 0;
  do {
    run();
    runs++;
  } while (performance.now() - start < SECONDS_MIN * 1000);
  return (performance.now() - start) / 1000 / runs;
}

function measure(entry: Entry): Row {
  const program = created(entry);
  let events = 0;
  const { executions, blocked } = explore(program, { onExecution: ({ eventCount }) => void (events += eventCount) });
  const time = seconds(() => explore(program));
  const references = Object.entries(entry.seconds)
    .filter(([engine]) => engine.endsWith("sc"))
    .map(([engine, taken]) => `${engine.replace(/ [\d.]+| sc| optimal/g, "")} ${taken} s`)
    .join(", ");
  return {
    name: `${entry.program} ${JSON.stringify(entry.parameters)}`,
    executions,
    events: events / executions,
    rate: (executions + blocked) / time,
    seconds: time,
    references,
  };
}

const number = (value: number): string => Math.round(value).toLocaleString("en");

function printSpeeds(): void {
  const rows = counts
    .filter(({ executions: { sc = 0 } }) => sc >= EXECUTIONS_MIN && sc <= EXECUTIONS_MAX)
    .map(measure)
    .toSorted((one, other) => one.events - other.events);
  console.log(
    "| program | executions | events each | executions/s | seconds | the engines' |\n| --- | ---: | ---: | ---: " +
      "| ---: | --- |",
  );
  for (const { name, executions, events, rate, seconds: taken, references } of rows)
    console.log(
      `| ${name} | ${number(executions)} | ${number(events)} | ${number(rate)} | ${taken.toFixed(3)} | ${references} |`,
    );
  for (const [from, to, floor] of [
    [0, 20, 100_000],
    [20, 100, 20_000],
    [100, Infinity, 4_000],
  ] as const) {
    const rates = rows
      .filter(({ events }) => events >= from && events < to)
      .map(({ rate }) => rate)
      .toSorted((one, other) => one - other);
    if (rates.length > 0)
      console.log(
        `graphs of ${from} to ${to} events: ${number(rates[0] ?? 0)} (slowest) to ${number(rates.at(-1) ?? 0)} ` +
          `executions/s; required: ${number(floor)}`,
      );
  }
}

/** Programs that JavaScript can express, up to so many executions; and racing plain accesses. */
function printEs(): void {
  const executionsMax = 50_000;
  const rows = counts
    .filter(({ program, executions: { sc = 0 } }) => sc >= 100 && sc <= EXECUTIONS_MAX && !BARRIERS.has(program))
    .map((entry) => ({ name: `${entry.program} ${JSON.stringify(entry.parameters)}`, program: created(entry) }));
  const rates: number[] = [];
  console.log(
    "\n| program | executions under es | events each | executions/s | under sc |\n| --- | ---: | ---: | ---: | ---: |",
  );
  for (const { name, program } of [...rows, { name: "plain writes and reads", program: racingPlainAccesses }]) {
    let events = 0;
    const options = { model: "es", executionsMax } as const;
    const found = explore(program, { ...options, onExecution: ({ eventCount }) => void (events += eventCount) });
    const each = events / found.executions;
    if (each >= 20) continue;
    const rateOf = (model: "es" | "sc"): number => {
      let visited = 0;
      const time = seconds(() => {
        const { executions, blocked } = explore(program, { model, executionsMax });
        visited = executions + blocked;
      });
      return visited / time;
    };
    const rate = rateOf("es");
    rates.push(rate);
    console.log(
      `| ${name} | ${number(found.executions)} | ${number(each)} | ${number(rate)} | ${number(rateOf("sc"))} |`,
    );
  }
  const sorted = rates.toSorted((one, other) => one - other);
  console.log(
    `under es, graphs of less than 20 events: ${number(sorted[0] ?? 0)} (slowest), ` +
      `${number(sorted[Math.floor(sorted.length / 2)] ?? 0)} (median) ` +
      `to ${number(sorted.at(-1) ?? 0)} executions/s; required: 50,000`,
  );
}

/** Programs with barriers, which JavaScript lacks. */
const BARRIERS: ReadonlySet<string> = new Set(["sbf", "peterson", "dekker", "rcu"]);

const racingPlainAccesses: ExploredProgram = {
  threads: [1, 2, 3, 4].map(
    (value) =>
      function* (): Access {
        yield write(1, value);
        yield read(1);
        yield write(2, value);
        yield read(2);
      },
  ),
};

/** Programs with too many executions to visit, each execution of the target length: the first so many. */
function printLong(): void {
  console.log(
    "\n| program | events each | first executions | executions/s | required |\n| --- | ---: | ---: | ---: | ---: |",
  );
  for (const [K, asked] of [
    [10, 20_000],
    [25, 4_000],
  ] as const) {
    const program = created({ program: "fib", parameters: { K } });
    const executionsMax = 20_000;
    let events = 0;
    explore(program, { executionsMax, onExecution: ({ eventCount }) => void (events = eventCount) });
    const time = seconds(() => explore(program, { executionsMax }));
    console.log(
      `| fib {"K":${K}} | ${events} | ${number(executionsMax)} | ${number(executionsMax / time)} | ${number(asked)} |`,
    );
  }
}

function printBruteForce(): void {
  console.log(
    "\n| program | executions | explorer | every interleaving | ratio |\n| --- | ---: | ---: | ---: | ---: |",
  );
  for (const entry of counts) {
    const { sc = 0 } = entry.executions;
    if (sc < 200 || sc > BRUTE_FORCE_EXECUTIONS_MAX) continue;
    const program = created(entry);
    let states = 0;
    const slow = seconds(() => void ({ states } = enumerateInterleavings(program, "sc")));
    if (states > 300_000) continue;
    const fast = seconds(() => explore(program));
    console.log(
      `| ${entry.program} ${JSON.stringify(entry.parameters)} | ${number(sc)} | ${(fast * 1000).toFixed(2)} ms | ${(slow * 1000).toFixed(1)} ms | ${(slow / fast).toFixed(1)} |`,
    );
  }
}

/** Peak heap size in bytes while visiting so many executions, after a collection. */
function heapPeak(program: ExploredProgram, executionsMax: number): number {
  globalThis.gc?.();
  let peak = 0;
  let seen = 0;
  explore(program, {
    executionsMax,
    shouldStop: () => {
      if (++seen % 1_000 === 0) {
        if (seen % 10_000 === 0) globalThis.gc?.();
        peak = Math.max(peak, process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers);
      }
      return false;
    },
  });
  return peak;
}

function printMemory(): void {
  const program = created({ program: "rinc", parameters: { N: 4, K: 2 } });
  explore(program, { executionsMax: 10_000 });
  const [few, many] = [heapPeak(program, 10_000), heapPeak(program, 1_000_000)];
  const collected = globalThis.gc === undefined ? " (garbage included: run with --expose-gc for a steady figure)" : "";
  console.log(
    `\nheap at 10,000 executions ${(few / 2 ** 20).toFixed(2)} MiB, at 1,000,000 ${(many / 2 ** 20).toFixed(2)} ` +
      `MiB: ${(((many - few) / few) * 100).toFixed(1)} % more${collected}`,
  );
}

printMemory();
printSpeeds();
printEs();
printLong();
printBruteForce();
