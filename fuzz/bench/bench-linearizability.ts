/**
 * The cost of the checker: CPU seconds and peak memory of each case, one process each, beside its bound.
 *
 *     npm run bench:linearizability [-- <part of a case's name>]
 *
 * Cases over recorded files need `histories/` below the folder that QUIESCE_DATA names, and report when it is missing.
 * The others are generated here, from fixed seeds. Times exclude generating the history, and include everything a
 * caller of `check` pays.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ContainerOperation } from "#model/objects/containers.ts";
import { kvMap } from "#model/objects/kv-map.ts";
import type { KvOperation } from "#model/objects/kv-map.ts";
import type { Model } from "#model/model.ts";
import type { Scalar } from "#model/object-shape.ts";
import { queue } from "#model/objects/queue.ts";
import { register } from "#model/objects/register.ts";
import type { RegisterOperation } from "#model/objects/register.ts";
import { stack } from "#model/objects/stack.ts";
import { check } from "#properties/linearizability/check.ts";
import type { CheckOptions } from "#properties/linearizability/check.ts";
import { explain } from "#properties/linearizability/explain.ts";
import type { History, HistoryOperation } from "#properties/linearizability/history.ts";
import { createOnlineChecker } from "#properties/linearizability/online.ts";
import { Random } from "#properties/random.ts";
import { applyModel, builtInModels } from "#properties/histories/built-in-models.ts";
import { generateHistory, spoilLast } from "#properties/histories/generate.ts";
import { readHistory } from "#properties/histories/read-history.ts";

const data = process.env["QUIESCE_DATA"];
const recorded = data === undefined ? undefined : join(data, "histories");

interface Figure {
  readonly seconds: number;
  readonly note: string;
}

interface Case {
  readonly name: string;
  /** The bound, as text, and in seconds of CPU where there is one. */
  readonly bound: string;
  readonly secondsMax?: number;
  readonly memoryMaxMb?: number;
  run(): Promise<Figure> | Figure;
}

const cpuSeconds = (since: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1e6;
};

function timed(expected: "holds" | "violated", run: () => { readonly kind: string }): Figure {
  const start = process.cpuUsage();
  const { kind } = run();
  const seconds = cpuSeconds(start);
  if (kind !== expected) throw new Error(`the verdict is ${kind}, and must be ${expected}`);
  return { seconds, note: kind };
}

// Generated objects.

function registerObject(valueOf: (written: number) => Scalar): {
  ask: (random: Random) => RegisterOperation;
  answer: (operation: RegisterOperation) => Scalar;
} {
  let state: Scalar = 0;
  let written = 0;
  return {
    ask(random) {
      if (random.below(2) === 0) return { kind: "read" };
      written += 1;
      return { kind: "write", value: valueOf(written) };
    },
    answer(operation) {
      if (operation.kind === "read") return state;
      state = operation.value;
      return null;
    },
  };
}

function containerObject(lifo: boolean): {
  ask: (random: Random) => ContainerOperation;
  answer: (operation: ContainerOperation) => Scalar;
} {
  const inside: Scalar[] = [];
  let head = 0;
  let pushed = 0;
  return {
    ask(random) {
      if (random.below(2) === 0) return { kind: "pop" };
      pushed += 1;
      return { kind: "push", value: pushed };
    },
    answer(operation) {
      if (operation.kind === "push") {
        inside.push(operation.value);
        return null;
      }
      if (head === inside.length) return null;
      if (lifo) return inside.pop() ?? null;
      head += 1;
      return inside[head - 1] ?? null;
    },
  };
}

function kvObject(keys: number): { ask: (random: Random) => KvOperation; answer: (operation: KvOperation) => Scalar } {
  const state = new Map<string, Scalar>();
  let written = 0;
  return {
    ask(random) {
      const key = `k${random.below(keys)}`;
      if (random.below(2) === 0) return { kind: "get", key };
      written += 1;
      return { kind: "put", key, value: written };
    },
    answer(operation) {
      if (operation.kind === "get") return state.get(operation.key) ?? 0;
      if (operation.kind === "put") state.set(operation.key, operation.value);
      return null;
    },
  };
}

const unique = (written: number): Scalar => written;
const small = (written: number): Scalar => (written * 7) % 5;
/** A read of a value that was overwritten long ago. */
const staleRead = ({ operation, response }: HistoryOperation<RegisterOperation, Scalar>): Scalar | undefined =>
  operation.kind === "read" && typeof response === "number" && response > 50 ? response - 50 : undefined;
const inventedRead = ({ operation }: HistoryOperation<RegisterOperation, Scalar>): Scalar | undefined =>
  operation.kind === "read" ? 5 : undefined;

/** A write of 0 while nothing overlaps, then a read of 4, which only an open operation could have written. */
function withBadTail(
  history: readonly HistoryOperation<RegisterOperation, Scalar>[],
): HistoryOperation<RegisterOperation, Scalar>[] {
  const at =
    history.reduce((latest, { invokedAt, respondedAt }) => Math.max(latest, invokedAt, respondedAt ?? 0), 0) + 1;
  return [
    ...history.map((item) =>
      item.respondedAt === undefined && item.operation.kind === "write" && item.operation.value === 4
        ? { ...item, operation: { kind: "write", value: 3 } as const }
        : item,
    ),
    { client: "tail", operation: { kind: "write", value: 0 }, response: null, invokedAt: at, respondedAt: at + 1 },
    { client: "tail", operation: { kind: "read" }, response: 4, invokedAt: at + 2, respondedAt: at + 3 },
  ];
}

/** Two values, the first pushed and popped completely before the second is: their pops exchange responses. */
function withExchangedPops(
  history: readonly HistoryOperation<ContainerOperation, Scalar>[],
): HistoryOperation<ContainerOperation, Scalar>[] {
  const pushOf = new Map<Scalar, HistoryOperation<ContainerOperation, Scalar>>();
  for (const item of history) if (item.operation.kind === "push") pushOf.set(item.operation.value, item);
  const pops = [...history.entries()]
    .filter(([, { operation, response }]) => operation.kind === "pop" && response !== null)
    .slice(-200);
  for (const [first, one] of pops) {
    for (const [second, other] of pops) {
      const [push, otherPush] = [pushOf.get(one.response ?? null), pushOf.get(other.response ?? null)];
      if (
        (push?.respondedAt ?? Infinity) >= (otherPush?.invokedAt ?? 0) ||
        (one.respondedAt ?? Infinity) >= other.invokedAt ||
        one.invokedAt < (otherPush?.respondedAt ?? Infinity)
      )
        continue;
      return history.map((item, i) =>
        i === first ? { ...item, response: other.response } : i === second ? { ...item, response: one.response } : item,
      );
    }
  }
  throw new Error("no two pops can be exchanged");
}

/** One value popped twice. */
function withDoublePop(
  history: readonly HistoryOperation<ContainerOperation, Scalar>[],
): HistoryOperation<ContainerOperation, Scalar>[] {
  const pops = history.filter(({ operation, response }) => operation.kind === "pop" && response !== null);
  const earlier = pops.at(-40)?.response;
  return spoilLast(history, ({ operation, response }) =>
    operation.kind === "pop" && response !== null ? earlier : undefined,
  );
}

/** A value is pushed and stays below others, entirely before and after: popped out of the stack's order. */
function withBrokenStack(): History<ContainerOperation, Scalar> {
  const history = generateHistory(containerObject(true), { seed: 12, clients: 8, operations: 99_994 });
  let at = 1_000_000;
  const tail = (operation: ContainerOperation, response: Scalar): HistoryOperation<ContainerOperation, Scalar> => {
    at += 2;
    return { client: "tail", operation, response, invokedAt: at, respondedAt: at + 1 };
  };
  return [
    ...history,
    tail({ kind: "push", value: "a" }, null),
    tail({ kind: "push", value: "b" }, null),
    tail({ kind: "pop" }, "a"),
    tail({ kind: "pop" }, "b"),
  ];
}

function pair<Operation>(
  name: string,
  bound: { readonly text: string; readonly secondsMax: number; readonly memoryMaxMb?: number },
  model: () => Model<unknown, Operation, Scalar>,
  histories: { readonly holds: () => History<Operation, Scalar>; readonly violated: () => History<Operation, Scalar> },
  options: CheckOptions = {},
): Case[] {
  return (["holds", "violated"] as const).map((verdict) => ({
    name: `${name}, ${verdict}`,
    bound: bound.text,
    secondsMax: bound.secondsMax,
    ...(bound.memoryMaxMb === undefined ? {} : { memoryMaxMb: bound.memoryMaxMb }),
    run() {
      const history = histories[verdict]();
      return timed(verdict, () => check(history, model(), options));
    },
  }));
}

const search: CheckOptions = { method: "search" };

function registers(
  clients: number,
  operations: number,
  valueOf: (written: number) => Scalar,
  spoil: (item: HistoryOperation<RegisterOperation, Scalar>) => Scalar | undefined,
) {
  const holds = (): HistoryOperation<RegisterOperation, Scalar>[] =>
    generateHistory(registerObject(valueOf), { seed: 1, clients, operations });
  return { holds, violated: () => spoilLast(holds(), spoil) };
}

const MILLION = { text: "10 s, 1 GB", secondsMax: 10, memoryMaxMb: 1024 };
const ONE_SECOND = { text: "1 s", secondsMax: 1 };
const crashed = (): HistoryOperation<RegisterOperation, Scalar>[] =>
  generateHistory(registerObject(small), { seed: 3, clients: 4, operations: 1_000, crashed: 30 });
const queues = (): HistoryOperation<ContainerOperation, Scalar>[] =>
  generateHistory(containerObject(false), { seed: 11, clients: 8, operations: 100_000 });
const stacks = (): HistoryOperation<ContainerOperation, Scalar>[] =>
  generateHistory(containerObject(true), { seed: 12, clients: 8, operations: 100_000 });
const keyed = (): HistoryOperation<KvOperation, Scalar>[] =>
  generateHistory(kvObject(64), { seed: 21, clients: 32, operations: 1_000_000 });

const cases: readonly Case[] = [
  recordedCase("all recorded histories, first pass", "", "every verdict as expected", undefined),
  recordedCase("etcd files, after warm-up", "etcd/", "0.15 s", 0.15),
  recordedCase("kv files, after warm-up", "kv/", "0.1 s", 0.1),
  {
    name: "kv c10 unsplit",
    bound: "1 s",
    secondsMax: 1,
    run: () => recordedPass((file) => file.startsWith("kv/c10"), { keys: "whole" }),
  },
  ...pair(
    "register, 5 values, 4 clients, 1,000,000 ops, search",
    MILLION,
    () => register(0),
    registers(4, 1_000_000, small, inventedRead),
    search,
  ),
  ...pair(
    "register, unique values, 4 clients, 1,000,000 ops, search",
    MILLION,
    () => register(0),
    registers(4, 1_000_000, unique, staleRead),
    search,
  ),
  ...pair(
    "register, unique values, 4 clients, 1,000,000 ops, monitor",
    ONE_SECOND,
    () => register(0),
    registers(4, 1_000_000, unique, staleRead),
  ),
  ...pair(
    "register, unique values, 16 clients, 1,000 ops, monitor",
    ONE_SECOND,
    () => register(0),
    registers(16, 1_000, unique, staleRead),
  ),
  ...pair(
    "register, unique values, 32 clients, 300 ops, monitor",
    ONE_SECOND,
    () => register(0),
    registers(32, 300, unique, staleRead),
  ),
  ...pair(
    "register, 5 values, 16 clients, 1,000 ops, search",
    { text: "5 s", secondsMax: 5 },
    () => register(0),
    registers(16, 1_000, small, inventedRead),
    search,
  ),
  ...pair(
    "register, 5 values, 30 crashed, 1,000 ops, search",
    ONE_SECOND,
    () => register(0),
    { holds: crashed, violated: () => withBadTail(crashed()) },
    search,
  ),
  ...pair("queue, 8 clients, 100,000 ops", ONE_SECOND, () => queue(), {
    holds: queues,
    violated: () => withExchangedPops(queues()),
  }),
  ...pair("stack, 8 clients, 100,000 ops", ONE_SECOND, () => stack(), {
    holds: stacks,
    violated: () => withDoublePop(stacks()),
  }),
  {
    name: "stack, 8 clients, 100,000 ops, order broken, violated",
    bound: "1 s",
    secondsMax: 1,
    run() {
      const history = withBrokenStack();
      return timed("violated", () => check(history, stack()));
    },
  },
  ...pair(
    "64 registers, split by key, 32 clients, 1,000,000 ops",
    { text: "3 s, 1 GB", secondsMax: 3, memoryMaxMb: 1024 },
    () => kvMap(0),
    {
      holds: keyed,
      violated: () =>
        spoilLast(keyed(), ({ operation, response }) =>
          operation.kind === "get" && typeof response === "number" && response > 100_000
            ? response - 100_000
            : undefined,
        ),
    },
  ),
  tinyCase("tiny histories, 2 threads × 2 operations", 2),
  tinyCase("tiny histories, 3 threads × 2 operations", 3),
  {
    name: "smallest counterexamples of etcd/ and generated/",
    bound: "≤ 8 operations, ≤ 10 s each",
    run: smallestCounterexamples,
  },
];

type Expected = Readonly<
  Record<string, { readonly model: string; readonly verdict: "linearizable" | "not-linearizable" }>
>;

const MODEL_NAMES: Readonly<Record<string, string>> = {
  "etcd-register": "cas-register",
  "cas-small": "cas-register",
  "cas-register-0": "cas-register",
  "kv-register": "kv-map",
  kv: "kv-map",
  "register-small": "register",
  "register-unique": "register",
};

async function recordedFiles(wanted: (file: string) => boolean) {
  if (recorded === undefined || !existsSync(recorded))
    throw new Error(`${recorded ?? "the folder of recorded histories"} is not there; QUIESCE_DATA names its parent`);
  const expected = JSON.parse(readFileSync(join(recorded, "expected.json"), "utf8")) as Expected;
  const files = [];
  for (const [file, { model, verdict }] of Object.entries(expected)) {
    if (!wanted(file)) continue;
    const built = builtInModels[MODEL_NAMES[model] ?? model];
    if (built === undefined) throw new Error(`${file}: no model ${model}`);
    files.push({ file, built, holds: verdict === "linearizable", operations: await readHistory(join(recorded, file)) });
  }
  return files;
}

async function recordedPass(wanted: (file: string) => boolean, options: CheckOptions, passes = 1): Promise<Figure> {
  const files = await recordedFiles(wanted);
  let seconds = 0;
  let wrong = 0;
  for (let pass = 0; pass < passes; pass += 1) {
    const start = process.cpuUsage();
    wrong = 0;
    for (const { file, built, holds, operations } of files) {
      const { kind } = applyModel<{ readonly kind: string }>(built, operations, file, (history, model) =>
        check(history, model, options),
      );
      if (kind !== (holds ? "holds" : "violated")) wrong += 1;
    }
    seconds = cpuSeconds(start);
  }
  if (wrong > 0) throw new Error(`${wrong} of ${files.length} verdicts are wrong`);
  return { seconds, note: `${files.length} of ${files.length} right` };
}

function recordedCase(name: string, prefix: string, bound: string, secondsMax: number | undefined): Case {
  return {
    name,
    bound,
    ...(secondsMax === undefined ? {} : { secondsMax }),
    run: () => recordedPass((file) => file.startsWith(prefix), {}, secondsMax === undefined ? 1 : 5),
  };
}

/** Random schedules and responses; cold is the checker's first encounter with each of many distinct histories. */
function tinyCase(name: string, threads: number): Case {
  return {
    name,
    bound: "warm ≥ 1,000,000/s, cold ≥ 200,000/s",
    run() {
      const random = new Random(7);
      const histories: Int32Array[] = [];
      const seen = new Set<string>();
      while (seen.size < 60_000) {
        const left = new Int32Array(threads).fill(2);
        const open = new Int32Array(threads).fill(-1);
        const events: number[] = [];
        while (events.length < threads * 2 * 2 * 2) {
          const thread = random.below(threads);
          if (open[thread] !== -1) {
            events.push(2 * thread + 1, open[thread] === 0 ? random.below(4) : 0);
            open[thread] = -1;
          } else if ((left[thread] ?? 0) > 0) {
            open[thread] = random.below(4);
            left[thread] = (left[thread] ?? 0) - 1;
            events.push(2 * thread, open[thread] ?? 0);
          }
        }
        const key = events.join();
        if (seen.has(key)) continue;
        seen.add(key);
        histories.push(Int32Array.from(events));
      }
      const operations: readonly RegisterOperation[] = [
        { kind: "read" },
        { kind: "write", value: 1 },
        { kind: "write", value: 2 },
        { kind: "write", value: 3 },
      ];
      const checker = createOnlineChecker(register(0), { responseOf: (word) => word });
      const ids = operations.map((operation) => checker.internOperation(operation));
      const pass = (): number => {
        const start = process.cpuUsage();
        for (const events of histories) {
          checker.reset();
          for (let i = 0; i < events.length; i += 2) {
            const code = events[i] ?? 0;
            if ((code & 1) === 0) checker.invokeId(code >> 1, ids[events[i + 1] ?? 0] ?? 0);
            else if (!checker.respondWord(code >> 1, events[i + 1] ?? 0)) break;
          }
        }
        return histories.length / cpuSeconds(start);
      };
      const cold = pass();
      pass();
      const warm = pass();
      const [coldText, warmText] = [cold, warm].map((rate) => `${Math.round(rate).toLocaleString("en")}/s`);
      const figures = `cold ${coldText}, warm ${warmText}`;
      if (warm < 1_000_000 || cold < 200_000) throw new Error(figures);
      return { seconds: histories.length / cold, note: figures };
    },
  };
}

async function smallestCounterexamples(): Promise<Figure> {
  const files = (await recordedFiles((file) => /^(?:etcd|generated)\//.test(file))).filter(({ holds }) => !holds);
  let seconds = 0;
  let slowest = 0;
  const large: string[] = [];
  for (const { file, built, operations } of files) {
    const start = process.cpuUsage();
    const found = applyModel<{ readonly kind: string; readonly operations?: unknown }>(
      built,
      operations,
      file,
      (history, model) => explain(history, model),
    );
    const used = cpuSeconds(start);
    seconds += used;
    slowest = Math.max(slowest, used);
    if (found.kind !== "violated" || !Array.isArray(found.operations)) throw new Error(`${file} is ${found.kind}`);
    if (found.operations.length > 8) large.push(`${file} ${found.operations.length}`);
  }
  return {
    seconds,
    note: `${files.length} files, slowest ${slowest.toFixed(2)} s; more than 8: ${large.join(", ") || "none"}`,
  };
}

const chosen = process.argv[2];
const only = chosen === "--only" ? cases.find(({ name }) => name === process.argv[3]) : undefined;
if (only !== undefined) {
  const { seconds, note } = await only.run();
  process.stdout.write(JSON.stringify({ seconds, note, memoryMb: Math.round(process.resourceUsage().maxRSS / 1024) }));
} else {
  let failed = 0;
  process.stdout.write(`${"case".padEnd(66)} ${"CPU s".padStart(8)} ${"peak MB".padStart(8)}  bound\n`);
  for (const { name, bound, secondsMax, memoryMaxMb } of cases) {
    if (chosen !== undefined && !name.includes(chosen)) continue;
    const child = spawnSync(process.execPath, [import.meta.filename, "--only", name], {
      encoding: "utf8",
      timeout: 300_000,
    });
    if (child.status !== 0) {
      failed += 1;
      process.stdout.write(
        `${name.padEnd(66)} failed: ` +
          `${child.stderr.match(/Error: .*/)?.[0] ?? `ended by ${child.signal ?? child.status}`}\n`,
      );
      continue;
    }
    const { seconds, note, memoryMb } = JSON.parse(child.stdout) as { seconds: number; note: string; memoryMb: number };
    const over = seconds > (secondsMax ?? Infinity) || memoryMb > (memoryMaxMb ?? Infinity);
    failed += Number(over);
    process.stdout.write(
      `${name.padEnd(66)} ${seconds.toFixed(3).padStart(8)} ${String(memoryMb).padStart(8)}  ` +
        `${bound}${over ? " NOT MET" : ""}  (${note})\n`,
    );
  }
  process.exitCode = failed === 0 ? 0 : 1;
}
