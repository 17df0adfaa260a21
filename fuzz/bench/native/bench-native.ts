/**
 * The speed of the library, beside the usual alternatives: `npm run bench:native`.
 *
 * Figures are ratios between contenders measured alternately in one run, each in its own thread; the machine may be
 * busy with other work. Results go to reports/out/bench-native.{json,md,svg}. `--quick` measures for a fifth of the
 * time.
 */
import { readFileSync, rmSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { NIL } from "#impl/memory/access.ts";
import { wordAt } from "#impl/memory/word.ts";
import type { PoolLayout } from "#impl/native/pool-buffer.ts";
import { Peer } from "#impl/peers/layout.ts";
import { writeWholeFile } from "#fuzz/host/write-file.ts";
import { buildLibrary } from "#fuzz/native/build-library.ts";
import { LIBRARY_ENTRY } from "#fuzz/native/library-entry.ts";
import type { Library } from "#fuzz/native/translated.ts";
import { barChart, type Group } from "./bar-chart.ts";
import { type Addresses, addressesOf, BATCH, type Load } from "./contenders.ts";
import { smallAddresses, textOf } from "./keys.ts";
import { measure, type Speed } from "./measure.ts";
import { messagePortOwner, type Part, type PartSpeed, sideBySide } from "./side-by-side.ts";
import { projectRoot } from "#fuzz/host/project-root.ts";

interface Figure {
  readonly name: string;
  readonly measured: string;
  readonly wanted: string;
}

const isQuick = process.argv.includes("--quick");
const MILLISECONDS = isQuick ? 160 : 800;
const PEERS = 65_536;
const THREAD_ROUNDS = 4;

const out = join(projectRoot, "reports/out");
const folder = join(out, `bench-native-${process.pid}`);
const built = buildLibrary(join(folder, "default"));
const library = built.urlOf(LIBRARY_ENTRY);
const { createPeerPool } = (await import(library)) as Library;
const { layoutOf } = (await import(built.urlOf("impl/native/pool-buffer.ts"))) as {
  layoutOf(buffer: SharedArrayBuffer): PoolLayout;
};

// The same library without the search by unordered loads: each link is loaded in order.
const orderedText = readFileSync(join(projectRoot, LIBRARY_ENTRY), "utf8").replace(
  '{ findPeer, getPeer } from "../peers/optimistic-pool.ts"',
  '{ findPeer, getPeer } from "../peers/lookup.ts"',
);
const libraries = {
  quiesce: library,
  "quiesce, ordered loads": buildLibrary(join(folder, "ordered"), new Map([[LIBRARY_ENTRY, orderedText]])).urlOf(
    LIBRARY_ENTRY,
  ),
};
const BOTH = Object.keys(libraries);

const groups: Group[] = [];
const figures: Figure[] = [];

async function compare(name: string, contenders: readonly string[], load: Load): Promise<readonly Speed[]> {
  const speeds = await measure(contenders, load, libraries, MILLISECONDS);
  groups.push({ name, speeds });
  return speeds;
}

function speedOf(speeds: readonly Speed[], name: string): number {
  return speeds.find((one) => one.name === name)?.speed ?? Number.NaN;
}

function ratio(speeds: readonly Speed[], to: string, of = "quiesce"): string {
  return `${(speedOf(speeds, of) / speedOf(speeds, to)).toFixed(2)} ×`;
}

/** Bytes that one operation leaves on the heap, on average; must be measured before anything else runs. */
function bytesPerOperation(act: (i: number) => void): string {
  const operations = 200_000;
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 8; round++) {
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < operations; i++) act(i);
    const bytes = (process.memoryUsage().heapUsed - before) / operations;
    if (bytes >= 0) least = Math.min(least, bytes); // less than nothing: the collector ran
  }
  return `${least.toFixed(2)} bytes an operation`;
}

function measureHeap(): void {
  // The engine boxes numbers from 2^31 on wherever it does not inline the call: that cost is not the library's.
  const keys = smallAddresses(1_000, 11);
  const pool = createPeerPool({ capacity: 2_000 });
  for (const key of keys) pool.release(pool.acquire(key, true));
  const texts = Array.from(keys, textOf);
  figures.push({
    name: "heap, get + put",
    measured: bytesPerOperation((i) => pool.release(pool.acquire(keys[i % 1_000] as number, false))),
    wanted: "0",
  });
  figures.push({
    name: "heap, rate limiting by text",
    measured: bytesPerOperation((i) => pool.allowAt(texts[i % 1_000] as string, 100)),
    wanted: "0",
  });
  pool.detach();
}

async function compareLookups(): Promise<void> {
  for (const count of isQuick ? [1_000, PEERS] : [1_000, PEERS, 1_000_000]) {
    for (const law of ["uniform", "zipf"] as const) {
      const speeds = await compare(
        `get + put, ${count.toLocaleString("en-US")} peers, ${law}`,
        [...BOTH, "Map", "lru-cache", "sorted-btree"],
        { operation: "get + put", addresses: "all", count, law },
      );
      if (count !== PEERS || law !== "uniform") continue;
      figures.push({
        name: "get + put, 64 k, one thread",
        measured: `${ratio(speeds, "Map")} Map`,
        wanted: "≥ 0.35 ×",
      });
      figures.push({
        name: "the same with an ordered load for each link",
        measured: `${ratio(speeds, "Map", "quiesce, ordered loads")} Map`,
        wanted: "",
      });
    }
  }
  const speeds = await compare(
    `get + put, ${PEERS.toLocaleString("en-US")} peers below 64.0.0.0, uniform`,
    ["quiesce", "Map"],
    { operation: "get + put", addresses: "small", count: PEERS, law: "uniform" },
  );
  figures.push({
    name: "get + put, 64 k, addresses below 64.0.0.0, which Map keeps unboxed",
    measured: `${ratio(speeds, "Map")} Map`,
    wanted: "",
  });
}

async function compareOthers(): Promise<void> {
  const load = { addresses: "all", count: PEERS, law: "uniform" } as const;
  await compare("creates with expiry, 65,536 peers", ["quiesce", "lru-cache"], { ...load, operation: "create" });
  await compare("90 % get + put, 10 % create, 65,536 peers", ["quiesce", "lru-cache"], { ...load, operation: "mixed" });
  const limiters = await compare("rate limiting by text, 65,536 peers", ["quiesce", "rate-limiter-flexible"], {
    ...load,
    operation: "limit",
  });
  figures.push({
    name: "rate limiting, address as fresh text",
    measured: `${ratio(limiters, "rate-limiter-flexible")} rate-limiter-flexible`,
    wanted: "≥ 4 ×",
  });
}

/**
 * Lookups of keys that arrive sorted, and of keys with equal hashes in a table of the same size, beside random ones.
 */
async function compareAdversaries(): Promise<void> {
  const speeds: Speed[] = [];
  const depths: number[] = [];
  for (const addresses of ["all", "sorted", "colliding"] satisfies Addresses[]) {
    const [found] = await measure(
      ["quiesce"],
      { operation: "get + put", addresses, count: PEERS, law: "uniform" },
      libraries,
      MILLISECONDS,
    );
    speeds.push({
      name: addresses === "all" ? "quiesce, random" : `quiesce, ${addresses}`,
      speed: found?.speed ?? Number.NaN,
    });
    depths.push(depthAfter(addresses));
  }
  groups.push({ name: "chosen keys, 65,536 peers", speeds });
  const [random, ...chosen] = speeds.map(({ speed }) => speed);
  figures.push({
    name: "chosen keys: median lookup",
    measured: `${Math.max(...chosen.map((speed) => (random ?? Number.NaN) / speed)).toFixed(2)} × random keys`,
    wanted: "< 1.5 ×",
  });
  const depth = Math.max(...depths);
  figures.push({
    name: "depth of the tree",
    measured: `${depth} = ${(depth / Math.log2(PEERS)).toFixed(2)} · log2(n)`,
    wanted: "≤ 1.44 · log2(n)",
  });
}

function depthAfter(addresses: Addresses): number {
  const pool = createPeerPool({ capacity: PEERS + 1 });
  for (const key of addressesOf({ operation: "get + put", addresses, count: PEERS, law: "uniform" }))
    pool.release(pool.acquire(key, true));
  const {
    heap: { words },
    pool: { empty, v4 },
  } = layoutOf(pool.buffer);
  const below = (peer: number): number =>
    peer === empty || peer === NIL
      ? 0
      : 1 + Math.max(below(wordAt(words, Peer.left(peer))), below(wordAt(words, Peer.right(peer))));
  pool.detach();
  return below(wordAt(words, v4.root));
}

function run(...parts: readonly Part[]): Promise<readonly PartSpeed[]> {
  return sideBySide(library, parts, PEERS, MILLISECONDS);
}

async function readerBeside(part: Part): Promise<readonly PartSpeed[]> {
  const all = await run("read", part);
  return all.filter((one) => one.part === "read");
}

function sum(all: readonly PartSpeed[], by: "speed" | "cpuSpeed"): number {
  return all.reduce((total, one) => total + one[by], 0);
}

async function compareThreads(): Promise<void> {
  // Alternately, and the best of each, as for contenders measured alone.
  const best = {
    one: [] as readonly PartSpeed[],
    two: [] as readonly PartSpeed[],
    withCreator: [] as readonly PartSpeed[],
    withSome: [] as readonly PartSpeed[],
    limiting: [] as readonly PartSpeed[],
  };
  let owner = 0;
  for (let round = 0; round < THREAD_ROUNDS; round++) {
    const found = {
      one: await run("read"),
      two: await run("read", "read"),
      withCreator: await readerBeside("create"),
      withSome: await readerBeside("read, 1 % create"),
      limiting: await run("limit", "limit"),
    };
    for (const key of ["one", "two", "withCreator", "withSome", "limiting"] as const)
      if (sum(found[key], "speed") > sum(best[key], "speed")) best[key] = found[key];
    owner = Math.max(owner, await messagePortOwner(library, MILLISECONDS));
  }
  const { one, two, withCreator, withSome, limiting } = best;
  const cost = (beside: readonly PartSpeed[]): string => {
    const [wall, cpu] = (["speed", "cpuSpeed"] as const).map(
      (by) => `${Math.round(100 * (1 - sum(beside, by) / sum(one, by)))} %`,
    );
    return `${wall} (${cpu} by processor time)`;
  };
  groups.push({
    name: "threads on one pool of 65,536 (wall clock)",
    speeds: [
      { name: "quiesce, one reader", speed: sum(one, "speed") },
      { name: "quiesce, two readers together", speed: sum(two, "speed") },
      { name: "quiesce, a reader beside a creator", speed: sum(withCreator, "speed") },
      { name: "quiesce, a reader beside one that creates 1 %", speed: sum(withSome, "speed") },
      { name: "quiesce, two threads limiting", speed: sum(limiting, "speed") },
      { name: "a MessagePort owner", speed: owner },
    ],
  });
  figures.push({
    name: "two readers",
    measured:
      `${(sum(two, "speed") / sum(one, "speed")).toFixed(2)} × one reader ` +
      `(${(sum(two, "cpuSpeed") / sum(one, "cpuSpeed")).toFixed(2)} × by processor time)`,
    wanted: "≥ 1.7 ×",
  });
  figures.push({
    name: "a thread that does nothing but create costs a reader beside it",
    measured: cost(withCreator),
    wanted: "< 30 %",
  });
  figures.push({ name: "one that creates in 1 % of its operations", measured: cost(withSome), wanted: "< 30 %" });
  figures.push({
    name: "rate limiting shared by two threads",
    measured: `${Math.round(sum(limiting, "speed") / owner)} × a MessagePort owner`,
    wanted: "≥ 100 ×",
  });
}

measureHeap();
await compareLookups();
await compareOthers();
await compareAdversaries();
await compareThreads();
rmSync(folder, { recursive: true });

const [{ model } = { model: "unknown" }] = cpus();
const markdown = [
  `# Native benchmarks`,
  "",
  `Node ${process.version}, ${cpus().length} × ${model}. Millions of operations a second, medians of batches of ` +
    `${BATCH.toLocaleString("en-US")}; ratios are to the fastest of each group.`,
  "",
  "| figure | measured | wanted |",
  "| --- | --- | --- |",
  ...figures.map(({ name, measured, wanted }) => `| ${name} | ${measured} | ${wanted} |`),
  ...groups.flatMap(({ name, speeds }) => {
    const fastest = Math.max(...speeds.map(({ speed }) => speed));
    return [
      "",
      `## ${name}`,
      "",
      "| | M/s | ratio |",
      "| --- | --- | --- |",
      ...speeds.map((one) => `| ${one.name} | ${one.speed.toFixed(3)} | ${(one.speed / fastest).toFixed(2)} |`),
    ];
  }),
  "",
].join("\n");
writeWholeFile(join(out, "bench-native.md"), markdown);
writeWholeFile(
  join(out, "bench-native.json"),
  `${JSON.stringify({ format: "quiesce-bench-native", version: 1, node: process.version, figures, groups }, null, 2)}\n`,
);
writeWholeFile(join(out, "bench-native.svg"), barChart(groups));
process.stdout.write(`${markdown}\nreports/out/bench-native.svg has the plot\n`);
