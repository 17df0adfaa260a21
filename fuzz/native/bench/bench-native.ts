/**
 * How fast the library is, beside what people use instead: `npm run bench:native`.
 *
 * Figures are ratios between things measured in one run, one after the other; the machine may be busy with other things. Results go to
 * reports/out/bench-native.{json,md,svg}. `--quick` measures for a fifth of the time.
 */
import { rmSync } from "node:fs";
import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { MessageChannel, Worker } from "node:worker_threads";
import { LRUCache } from "lru-cache";
import { RateLimiterMemory } from "rate-limiter-flexible";
import sortedBtree from "sorted-btree";
import { NIL } from "#impl/memory/access.ts";
import { wordAt } from "#impl/memory/word.ts";
import type { PoolLayout } from "#impl/native/pool-buffer.ts";
import { Peer } from "#impl/peers/layout.ts";
import { writeWholeFile } from "#reports/write-file.ts";
import { buildLibrary, LIBRARY_ENTRY, projectRoot } from "../build-library.ts";
import type { Library, LibraryPool } from "../translated.ts";
import { distinctAddresses, textOf, uniformOrder, zipfOrder } from "./keys.ts";
import { BATCH, type Contender, measure, type Speed } from "./measure.ts";

const isQuick = process.argv.includes("--quick");
const MILLISECONDS = isQuick ? 100 : 500;
const ORDER_LENGTH = 1 << 18;

const out = join(projectRoot, "reports/out");
const folder = join(out, `bench-native-${process.pid}`);
const built = buildLibrary(join(folder, "default"));
const library = built.urlOf(LIBRARY_ENTRY);
const { createPeerPool } = (await import(library)) as Library;
const { layoutOf } = (await import(built.urlOf("impl/native/pool-buffer.ts"))) as { layoutOf(buffer: SharedArrayBuffer): PoolLayout };

// The same library with plain loads of links: not offered (ARCHITECTURE.md says why), but measured.
const descend = "impl/peers/descend.ts";
const plainText = readFileSync(join(projectRoot, descend), "utf8").replaceAll("yield rcuDereference(", "yield read(").replace("rcuDereference }", "read }");
const plain = (await import(buildLibrary(join(folder, "plain"), new Map([[descend, plainText]])).urlOf(LIBRARY_ENTRY))) as Library;

interface Group {
  readonly name: string;
  readonly speeds: readonly Speed[];
}

interface Figure {
  readonly name: string;
  readonly measured: string;
  readonly wanted: string;
}

const groups: Group[] = [];
const figures: Figure[] = [];

function speedOf(speeds: readonly Speed[], name: string): number {
  return speeds.find((one) => one.name === name)?.speed ?? Number.NaN;
}

function filled(from: Library, keys: Int32Array): LibraryPool {
  const pool = from.createPeerPool({ capacity: Math.ceil(keys.length * 1.25) });
  for (const key of keys) pool.release(pool.acquire(key, true));
  return pool;
}

function lookups(name: string, pool: LibraryPool, keys: Int32Array, order: Int32Array): Contender {
  return {
    name,
    batch(from) {
      for (let i = from; i < from + BATCH; i++) pool.release(pool.acquire(keys[order[i] as number] as number, false));
    },
  };
}

async function compareLookups(count: number, law: "uniform" | "zipf"): Promise<readonly Speed[]> {
  const keys = distinctAddresses(count, 1);
  const order = (law === "uniform" ? uniformOrder : zipfOrder)(count, ORDER_LENGTH, 2);
  const map = new Map<number, number>();
  const lru = new LRUCache<number, { count: number }>({ max: count });
  const tree = new sortedBtree.default<number, number>();
  for (const key of keys) {
    map.set(key, 0);
    lru.set(key, { count: 0 });
    tree.set(key, 0);
  }
  const speeds = await measure(
    [
      lookups("quiesce", filled({ createPeerPool } as Library, keys), keys, order),
      lookups("quiesce, plain links", filled(plain, keys), keys, order),
      {
        name: "Map",
        batch(from) {
          for (let i = from; i < from + BATCH; i++) {
            const key = keys[order[i] as number] as number;
            map.set(key, (map.get(key) as number) + 1);
          }
        },
      },
      {
        name: "lru-cache",
        batch(from) {
          for (let i = from; i < from + BATCH; i++) {
            const found = lru.get(keys[order[i] as number] as number);
            if (found !== undefined) found.count++;
          }
        },
      },
      {
        name: "sorted-btree",
        batch(from) {
          for (let i = from; i < from + BATCH; i++) {
            const key = keys[order[i] as number] as number;
            tree.set(key, (tree.get(key) as number) + 1);
          }
        },
      },
    ],
    ORDER_LENGTH,
    MILLISECONDS,
  );
  groups.push({ name: `get + put, ${count.toLocaleString("en-US")} peers, ${law}`, speeds });
  return speeds;
}

async function compareChanges(count: number): Promise<void> {
  const keys = distinctAddresses(count * 4, 3);
  const order = uniformOrder(count * 4, ORDER_LENGTH, 4);
  const pool = createPeerPool({ capacity: Math.ceil(count * 1.25), threshold: count, ttlMinMs: 0 });
  const lru = new LRUCache<number, number>({ max: count });
  for (const key of keys.subarray(0, count)) {
    pool.release(pool.acquire(key, true));
    lru.set(key, 0);
  }
  const known = keys.subarray(0, count >> 1);
  const both = (create: (key: number) => void, find: (key: number) => void): Contender["batch"] => (from) => {
    for (let i = from; i < from + BATCH; i++) {
      const at = order[i] as number;
      if (i % 10 === 0) create(keys[at] as number);
      else find(known[at % known.length] as number);
    }
  };
  const name = `${count.toLocaleString("en-US")} peers`;
  groups.push({
    name: `creates with expiry, ${name}`,
    speeds: await measure(
      [
        { name: "quiesce", batch: (from) => { for (let i = from; i < from + BATCH; i++) pool.release(pool.acquire(keys[order[i] as number] as number, true)); } },
        { name: "lru-cache", batch: (from) => { for (let i = from; i < from + BATCH; i++) lru.set(keys[order[i] as number] as number, i); } },
      ],
      ORDER_LENGTH,
      MILLISECONDS,
    ),
  });
  groups.push({
    name: `90 % get + put, 10 % create, ${name}`,
    speeds: await measure(
      [
        { name: "quiesce", batch: both((key) => pool.release(pool.acquire(key, true)), (key) => { const peer = pool.acquire(key, false); if (peer !== 0) pool.release(peer); }) },
        { name: "lru-cache", batch: both((key) => void lru.set(key, 1), (key) => void lru.get(key)) },
      ],
      ORDER_LENGTH,
      MILLISECONDS,
    ),
  });
}

async function compareLimiters(count: number): Promise<readonly Speed[]> {
  const keys = distinctAddresses(count, 5);
  const order = uniformOrder(count, ORDER_LENGTH, 6);
  const pool = filled({ createPeerPool } as Library, keys);
  const limiter = new RateLimiterMemory({ points: 6, duration: 1 });
  // Texts are made in the batch, for both: a server's are fresh as well.
  const texts = Array.from({ length: BATCH }, () => "");
  const fresh = (from: number): readonly string[] => {
    for (let i = 0; i < BATCH; i++) texts[i] = textOf(keys[order[from + i] as number] as number);
    return texts;
  };
  const speeds = await measure(
    [
      { name: "quiesce", batch: (from) => { for (const text of fresh(from)) pool.allowAt(text, 100); } },
      {
        name: "rate-limiter-flexible",
        async batch(from) {
          for (const text of fresh(from)) await limiter.consume(text).catch(() => {});
        },
      },
      { name: "making the text alone", batch: (from) => void fresh(from) },
    ],
    ORDER_LENGTH,
    MILLISECONDS,
  );
  groups.push({ name: `rate limiting by text, ${count.toLocaleString("en-US")} peers`, speeds });
  return speeds;
}

interface ThreadReport {
  readonly part: string;
  readonly operations: number;
  readonly milliseconds: number;
  readonly cpuMs?: number;
}

/** Threads side by side; millions of operations a second of each. */
async function sideBySide(parts: readonly string[], count: number): Promise<readonly (ThreadReport & { readonly speed: number; readonly cpuSpeed: number })[]> {
  const keys = distinctAddresses(count, 7);
  const pool = createPeerPool({ capacity: count * 2 + 0x10000, threshold: count + 0x8000, ttlMinMs: 0 });
  for (const key of keys) pool.release(pool.acquire(key, true));
  await new Promise((resolve) => setImmediate(resolve));
  const stop = new SharedArrayBuffer(8);
  const workers = parts.map((part, index) => new Worker(new URL("reader.mjs", import.meta.url), { workerData: { library, buffer: pool.buffer, keys, order: uniformOrder(count, ORDER_LENGTH, 8 + index), part, stop, threads: parts.length, milliseconds: MILLISECONDS * 2 } }));
  const next = (): Promise<ThreadReport[]> => Promise.all(workers.map((worker) => new Promise<ThreadReport>((resolve, reject) => worker.once("message", resolve).once("error", reject))));
  await next();
  const reports = next();
  for (const worker of workers) worker.postMessage("go");
  const found = await reports;
  await Promise.all(workers.map((worker) => worker.terminate()));
  pool.detach();
  return found.map((report) => ({ ...report, speed: report.operations / report.milliseconds / 1000, cpuSpeed: report.operations / (report.cpuMs ?? Number.NaN) / 1000 }));
}

/** Decisions a second of a pool that another thread owns. */
async function messagePortOwner(): Promise<number> {
  const owner = new Worker(new URL("owner.mjs", import.meta.url), { workerData: { library, capacity: 70_000 } });
  await new Promise((resolve) => owner.once("message", resolve));
  const { port1, port2 } = new MessageChannel();
  owner.postMessage({ port: port2 }, [port2]);
  let answers = 0;
  const until = performance.now() + MILLISECONDS * 2;
  const start = performance.now();
  await new Promise<void>((resolve) => {
    port1.on("message", () => {
      answers++;
      if (performance.now() < until) port1.postMessage(answers & 0xffff);
      else resolve();
    });
    port1.postMessage(1);
  });
  const speed = answers / (performance.now() - start) / 1000;
  port1.close();
  await owner.terminate();
  return speed;
}

/** Median lookups of keys that arrive sorted, and of keys that agree in what a table of the same size would hash, beside random ones. */
async function compareAdversaries(count: number): Promise<void> {
  const random = distinctAddresses(count, 9);
  const sorted = Int32Array.from({ length: count }, (_, i) => i);
  const colliding = Int32Array.from({ length: count }, (_, i) => i << 13); // equal in the low bits, as a table's buckets are
  const order = uniformOrder(count, ORDER_LENGTH, 10);
  const pools = { random: filled({ createPeerPool } as Library, random), sorted: filled({ createPeerPool } as Library, sorted), colliding: filled({ createPeerPool } as Library, colliding) };
  const speeds = await measure([lookups("random", pools.random, random, order), lookups("sorted", pools.sorted, sorted, order), lookups("colliding", pools.colliding, colliding, order)], ORDER_LENGTH, MILLISECONDS);
  groups.push({ name: `chosen keys, ${count.toLocaleString("en-US")} peers`, speeds });
  const worst = Math.max(...["sorted", "colliding"].map((name) => speedOf(speeds, "random") / speedOf(speeds, name)));
  figures.push({ name: "chosen keys: median lookup", measured: `${worst.toFixed(2)} × random keys`, wanted: "< 1.5 ×" });
  const depth = Math.max(...Object.values(pools).map((pool) => depthOf(layoutOf(pool.buffer))));
  figures.push({ name: "depth of the tree", measured: `${depth} = ${(depth / Math.log2(count)).toFixed(2)} · log2(n)`, wanted: "≤ 1.44 · log2(n)" });
}

function depthOf({ heap: { words }, pool }: PoolLayout): number {
  const below = (peer: number): number => (peer === pool.empty || peer === NIL ? 0 : 1 + Math.max(below(wordAt(words, Peer.left(peer))), below(wordAt(words, Peer.right(peer)))));
  return below(wordAt(words, pool.v4.root));
}

/** Bytes that one operation leaves on the heap, on the average; to be asked before anything else has been run. */
function bytesPerOperation(act: (i: number) => void): number {
  const operations = 200_000;
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 8; round++) {
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < operations; i++) act(i);
    const bytes = (process.memoryUsage().heapUsed - before) / operations;
    if (bytes >= 0) least = Math.min(least, bytes); // less than nothing: the collector ran
  }
  return least;
}

{
  const keys = distinctAddresses(1_000, 11);
  const pool = filled({ createPeerPool } as Library, keys);
  const texts = Array.from(keys, textOf);
  figures.push({ name: "heap, get + put", measured: `${bytesPerOperation((i) => pool.release(pool.acquire(keys[i % 1_000] as number, false))).toFixed(2)} bytes an operation`, wanted: "0" });
  figures.push({ name: "heap, rate limiting by text", measured: `${bytesPerOperation((i) => pool.allowAt(texts[i % 1_000] as string, 100)).toFixed(2)} bytes an operation`, wanted: "0" });
  pool.detach();
}

const SIZES = isQuick ? [1_000, 65_536] : [1_000, 65_536, 1_000_000];
for (const count of SIZES) {
  for (const law of ["uniform", "zipf"] as const) {
    const speeds = await compareLookups(count, law);
    if (count !== 65_536 || law !== "uniform") continue;
    figures.push({ name: "get + put, 64 k, one thread", measured: `${(speedOf(speeds, "quiesce") / speedOf(speeds, "Map")).toFixed(2)} × Map`, wanted: "≥ 0.35 ×" });
    figures.push({ name: "the same with plain links (not offered)", measured: `${(speedOf(speeds, "quiesce, plain links") / speedOf(speeds, "Map")).toFixed(2)} × Map`, wanted: "≥ 0.5 ×" });
  }
}
await compareChanges(65_536);
const limiters = await compareLimiters(65_536);
figures.push({ name: "rate limiting, address as fresh text", measured: `${(speedOf(limiters, "quiesce") / speedOf(limiters, "rate-limiter-flexible")).toFixed(1)} × rate-limiter-flexible`, wanted: "≥ 4 ×" });
await compareAdversaries(65_536);

const [one] = await sideBySide(["read"], 65_536);
const two = await sideBySide(["read", "read"], 65_536);
const withWriter = await sideBySide(["read", "write"], 65_536);
const withSome = await sideBySide(["read", "read, 1 % create"], 65_536);
const limiting = await sideBySide(["limit", "limit"], 65_536);
const owner = await messagePortOwner();
const sum = (all: readonly { readonly speed: number }[]): number => all.reduce((total, { speed }) => total + speed, 0);
const cpuSum = (all: readonly { readonly cpuSpeed: number }[]): number => all.reduce((total, { cpuSpeed }) => total + cpuSpeed, 0);
const reader = withWriter.find(({ part }) => part === "read");
const readerWithSome = withSome.find(({ part }) => part === "read");
const cost = (beside: typeof reader): string => `${Math.round(100 * (1 - (beside?.speed ?? Number.NaN) / (one?.speed ?? Number.NaN)))} % (${Math.round(100 * (1 - (beside?.cpuSpeed ?? Number.NaN) / (one?.cpuSpeed ?? Number.NaN)))} % by processor time)`;
groups.push({
  name: "threads on one pool of 64 k (wall clock)",
  speeds: [
    { name: "one reader", speed: one?.speed ?? Number.NaN },
    { name: "two readers together", speed: sum(two) },
    { name: "a reader beside one that only creates", speed: reader?.speed ?? Number.NaN },
    { name: "a reader beside one that creates 1 %", speed: readerWithSome?.speed ?? Number.NaN },
    { name: "two threads limiting", speed: sum(limiting) },
    { name: "a MessagePort owner", speed: owner },
  ],
});
figures.push({ name: "two readers", measured: `${(sum(two) / (one?.speed ?? Number.NaN)).toFixed(2)} × one reader (${(cpuSum(two) / (one?.cpuSpeed ?? Number.NaN)).toFixed(2)} × by processor time)`, wanted: "≥ 1.7 ×" });
figures.push({ name: "one that only creates, beside a reader, costs it", measured: cost(reader), wanted: "< 30 %" });
figures.push({ name: "one that creates in 1 % of its operations costs it", measured: cost(readerWithSome), wanted: "< 30 %" });
figures.push({ name: "rate limiting shared by two threads", measured: `${Math.round(sum(limiting) / owner)} × a MessagePort owner`, wanted: "≥ 100 ×" });

rmSync(folder, { recursive: true });

const [{ model } = { model: "unknown" }] = cpus();
const markdown = [
  `# Native benchmarks`,
  "",
  `Node ${process.version}, ${cpus().length} × ${model}. Millions of operations a second, medians of batches of ${BATCH.toLocaleString("en-US")}; ratios are to the fastest of each group.`,
  "",
  "| figure | measured | wanted |",
  "| --- | --- | --- |",
  ...figures.map(({ name, measured, wanted }) => `| ${name} | ${measured} | ${wanted} |`),
  ...groups.flatMap(({ name, speeds }) => {
    const fastest = Math.max(...speeds.map(({ speed }) => speed));
    return ["", `## ${name}`, "", "| | M/s | ratio |", "| --- | --- | --- |", ...speeds.map((one) => `| ${one.name} | ${one.speed.toFixed(3)} | ${(one.speed / fastest).toFixed(2)} |`)];
  }),
  "",
].join("\n");
writeWholeFile(join(out, "bench-native.md"), markdown);
writeWholeFile(join(out, "bench-native.json"), `${JSON.stringify({ format: "quiesce-bench-native", version: 1, node: process.version, figures, groups }, null, 2)}\n`);
writeWholeFile(join(out, "bench-native.svg"), plot(groups));
process.stdout.write(`${markdown}\nreports/out/bench-native.svg has the plot\n`);

/** Bars, group by group, each group to its own scale. */
function plot(all: readonly Group[]): string {
  const rows: string[] = [];
  let y = 10;
  for (const { name, speeds } of all) {
    rows.push(`<text x="10" y="${y + 14}" font-weight="bold">${name}</text>`);
    y += 22;
    const fastest = Math.max(...speeds.map(({ speed }) => speed));
    for (const { name: who, speed } of speeds) {
      rows.push(`<text x="10" y="${y + 12}">${who}</text><rect x="190" y="${y}" width="${((400 * speed) / fastest).toFixed(1)}" height="14" fill="${who.startsWith("quiesce") ? "#2563eb" : "#9ca3af"}"/><text x="${(196 + (400 * speed) / fastest).toFixed(1)}" y="${y + 12}">${speed.toFixed(2)} M/s</text>`);
      y += 18;
    }
    y += 10;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" width="720" height="${y}" font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="white"/>${rows.join("\n")}</svg>\n`;
}
