/** The library on real threads, built from the present sources. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterAll, expect, test } from "vitest";
import { Random } from "#properties/random.ts";
import { runAlone } from "#impl/memory/sequential.ts";
import { createPeerPool as createSimulated, type IpAddress } from "#impl/native/peers.ts";
import { buildLibrary, REST_ENTRY } from "./build-library.ts";
import { LIBRARY_ENTRY } from "./library-entry.ts";
import type { Library, LibraryPool } from "./translated.ts";
import { projectRoot } from "#fuzz/host/project-root.ts";

mkdirSync(join(projectRoot, "reports/out"), { recursive: true });
const folder = mkdtempSync(join(projectRoot, "reports/out", "native-peers-"));
const built = buildLibrary(folder);
const library = built.urlOf(LIBRARY_ENTRY);
const { createPeerPool, attachPeerPool } = (await import(library)) as Library;
const { layoutOf } = (await import(
  built.urlOf("impl/native/pool-buffer.ts")
)) as typeof import("#impl/native/pool-buffer.ts");
const { checkAtRest } = (await import(built.urlOf(REST_ENTRY))) as typeof import("./check-at-rest.ts");
const workers: Worker[] = [];
afterAll(async () => {
  await Promise.all(workers.map((worker) => worker.terminate()));
  rmSync(folder, { recursive: true });
});

/** Starts a thread with its part, and waits until it is ready. */
async function start(pool: LibraryPool, part: string, more: Readonly<Record<string, unknown>> = {}): Promise<Worker> {
  const worker = new Worker(new URL("./pool-thread.mjs", import.meta.url), {
    workerData: { library, lock: built.urlOf("impl/native/lock.ts"), buffer: pool.buffer, part, ...more },
  });
  workers.push(worker);
  await new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));
  return worker;
}

/** The next turn of the event loop: this thread is offline in between. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Runs `act`, and returns the code of its error. */
function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : String(error);
  }
  return "none";
}

test("the library returns what the same source returns under simulation", () => {
  const random = new Random(5);
  const addresses: readonly IpAddress[] = [
    1,
    2,
    3,
    "10.0.0.4",
    "10.0.0.5",
    "2001:db8::1",
    "2001:db8::2",
    "::ffff:10.0.0.4",
    [0x20010db8, 0, 0, 3],
    new Uint32Array([7]),
  ];
  let time = 1000;
  const options = { capacity: 64, threshold: 6, ttlMinMs: 10, ttlMaxMs: 100, gcDelayMs: 5 };
  const now = (): number => time;
  const native = createPeerPool(options, { now });
  const simulated = createSimulated(options, { now });
  // One secret for both, so that identifiers start equal.
  const words = new Int32Array(simulated.buffer);
  const run = <T>(procedure: Parameters<typeof runAlone<T>>[1]): T =>
    runAlone({ words, regions: [], used: 0 }, procedure);
  const held: { native: number; simulated: number; ids: number }[] = [];
  const seen = new Set<string>();
  for (let i = 0; i < 3_000; i++) {
    time += random.below(20) === 0 ? 50 : random.below(3);
    const address = addresses[random.below(addresses.length)] ?? 1;
    const one = held[random.below(Math.max(1, held.length))];
    let both: readonly unknown[] = [];
    switch (random.below(8)) {
      case 0:
      case 1:
      case 2: {
        if (held.length > 5) continue;
        const create = random.below(2) === 0;
        const [found, same] = [native.acquire(address, create), run(simulated.acquire(address, create))];
        if (found !== 0) held.push({ native: found, simulated: same, ids: 0 });
        both = [found !== 0, same !== 0];
        break;
      }
      case 3:
      case 4:
        if (one === undefined) continue;
        native.release(one.native);
        run(simulated.release(one.simulated));
        held.splice(held.indexOf(one), 1);
        break;
      case 5:
        if (one === undefined) continue;
        both = [native.allow(one.native, 7), run(simulated.allow(one.simulated, 7))];
        break;
      case 6: {
        const { inUse, reclaiming, threads, ...found } = native.stats();
        const { inUse: _inUse, reclaiming: _reclaiming, threads: sameThreads, ...same } = run(simulated.stats());
        expect(inUse).toBeGreaterThanOrEqual(found.v4 + found.v6);
        expect(reclaiming).toBeLessThanOrEqual(64);
        both = [JSON.stringify([found, threads]), JSON.stringify([same, sameThreads])];
        break;
      }
      default:
        if (random.below(10) > 0) continue;
        native.invalidate("v4");
        run(simulated.invalidate("v4"));
    }
    expect(both[0], `step ${i}`).toEqual(both[1]);
    seen.add(String(both[0]));
  }
  expect(seen.size).toBeGreaterThan(8);
});

test("a peer is the same for text and words, for a mapped address, and for every thread's pool", () => {
  const pool = createPeerPool({ capacity: 10 });
  const same = attachPeerPool(pool.buffer);
  using peer = pool.get("192.0.2.1", { create: true });
  expect(pool.get("192.0.2.2")).toBeUndefined();
  for (const address of ["::ffff:192.0.2.1", 0xc0000201, [0xc0000201]] as const) {
    using found = same.get(address);
    expect(found?.reference).toBe(peer?.reference);
  }
  if (peer === undefined) throw new Error("there is no peer");
  const first = pool.nextId(peer, 9);
  expect(same.nextId(peer.reference)).toBe((first + 10) & 0xffff);
  expect(pool.stats()).toMatchObject({ v4: 1, v6: 0, inUse: 1, threads: 2, capacity: 10 });
});

test("`using` releases a peer at the end of its scope, once", () => {
  const pool = createPeerPool({ capacity: 1, threshold: 0 });
  {
    using peer = pool.get("10.0.0.1", { create: true });
    expect(peer?.isReleased).toBe(false);
    expect(codeOf(() => pool.get("10.0.0.2", { create: true }))).toBe("ERR_POOL_FULL");
    using again = pool.get("10.0.0.1");
    if (again !== undefined) pool.put(again);
    expect(codeOf(() => again !== undefined && pool.put(again))).toBe("ERR_PEER_RELEASED");
  }
  using other = pool.get("10.0.0.2", { create: true }); // the first is collected, and its memory used again
  expect(other?.isReleased).toBe(false);
});

test("a full pool loses nothing, and has room again when a peer is released", () => {
  const pool = createPeerPool({ capacity: 50, threshold: 40 });
  const references = Array.from({ length: 50 }, (_, i) => pool.acquire(i, true));
  expect(new Set(references).size).toBe(50);
  for (let tries = 0; tries < 3; tries++) expect(codeOf(() => pool.acquire(99, true))).toBe("ERR_POOL_FULL");
  expect(references.map((_, i) => pool.acquire(i, false))).toEqual(references);
  for (const reference of references) pool.release(reference);
  for (const reference of references) pool.release(reference);
  expect(pool.acquire(99, true)).toBeGreaterThan(0);
  expect(pool.stats()).toMatchObject({ reclaiming: expect.any(Number) as number });
});

test("a limiter grants a burst and then one in each timeout", () => {
  let time = 0;
  const pool = createPeerPool({ capacity: 10 }, { now: () => time });
  const grants = (): number => Array.from({ length: 20 }, () => pool.allowAt("10.0.0.1", 100)).filter(Boolean).length;
  expect(grants()).toBe(6);
  for (let i = 0; i < 200; i++) pool.stats(); // the clock is read now and then
  time += 250;
  for (let i = 0; i < 200; i++) pool.stats();
  expect(grants()).toBe(2);
});

test("a large pool of both families is balanced, and keeps everything", () => {
  const pool = createPeerPool({ capacity: 70_000, threshold: 70_000 });
  const addressOf = (i: number): IpAddress =>
    i % 7 === 0 ? [0x20010db8, i, 0, Math.imul(i, 0x9e3779b1) >>> 0] : Math.imul(i, 0x9e3779b1) >>> 0;
  for (let i = 0; i < 70_000; i++) pool.release(pool.acquire(addressOf(i), true));
  expect(pool.stats()).toMatchObject({ v4: 60_000, v6: 10_000, inUse: 70_000 });
  expect(checkAtRest(layoutOf(pool.buffer))).toBeUndefined();
  for (let i = 0; i < 70_000; i += 11) {
    const reference = pool.acquire(addressOf(i), false);
    expect(reference).toBeGreaterThan(0);
    pool.release(reference);
  }
});

test("one pool under load from two threads stays consistent", async () => {
  const pool = createPeerPool({ capacity: 200, threshold: 30, ttlMinMs: 0, ttlMaxMs: 1, gcDelayMs: 1 });
  pool.stats();
  await nextTurn();
  await Promise.all([1, 2].map(() => start(pool, "count", { rounds: 3_000 })));
  await nextTurn();
  expect(checkAtRest(layoutOf(pool.buffer))).toBeUndefined();
  pool.invalidate();
  for (let turn = 0; turn < 200 && pool.stats().inUse > 0; turn++)
    await new Promise((resolve) => setTimeout(resolve, 2));
  expect(pool.stats()).toMatchObject({ v4: 0, inUse: 0, reclaiming: 0 });
}, 20_000);

test("nothing is reclaimed under a thread that never ends its turn; all is once it is terminated", async () => {
  const pool = createPeerPool({ capacity: 4, threshold: 0 });
  pool.release(pool.acquire("192.0.2.1", true));
  await nextTurn();
  const reader = await start(pool, "in a section");
  expect(pool.stats().threads).toBe(2);
  for (let i = 0; i < 2; i++) pool.release(pool.acquire(i, true)); // each collects the one before, and nothing is freed
  expect(pool.acquire(3, true)).toBeGreaterThan(0);
  expect(pool.stats()).toMatchObject({ v4: 1, inUse: 4, reclaiming: 3 });
  for (let turn = 0; turn < 5; turn++) {
    await nextTurn();
    expect(codeOf(() => pool.acquire(9, true))).toBe("ERR_POOL_FULL");
  }
  expect(pool.acquire(3, false)).toBeGreaterThan(0); // readers go on
  await reader.terminate();
  await nextTurn();
  expect(pool.acquire(9, true)).toBeGreaterThan(0);
  expect(pool.stats()).toMatchObject({ threads: 1, reclaiming: 0 });
});

test("references of a terminated thread stay held, and the other threads continue", async () => {
  const pool = createPeerPool({ capacity: 4, threshold: 0 });
  pool.stats();
  const holder = await start(pool, "with a reference");
  await holder.terminate();
  await nextTurn();
  for (let i = 0; i < 9; i++) pool.release(pool.acquire(i, true));
  expect(pool.acquire("192.0.2.1", false)).toBeGreaterThan(0);
});

test("an idle thread delays nothing, and can be forgotten by hand", async () => {
  const pool = createPeerPool({ capacity: 4, threshold: 0 });
  const idle = await start(pool, "idle");
  for (let i = 0; i < 9; i++) {
    pool.release(pool.acquire(i, true));
    await nextTurn();
  }
  expect(pool.stats().inUse).toBeLessThan(4);
  expect(pool.forgetThread(12_345)).toBe(false);
  const { threadId: id } = idle;
  await idle.terminate();
  pool.forgetThread(id);
  expect(pool.stats().threads).toBe(1);
});

test("a pool whose lock is held by a terminated thread stalls, and is abandoned once that is known", async () => {
  const pool = createPeerPool({ capacity: 4 }, { stallMs: 100 });
  pool.stats();
  const { pool: places } = layoutOf(pool.buffer);
  const holder = await start(pool, "with a lock", { lockAddress: places.v4.lock, me: 2 });
  expect(codeOf(() => pool.acquire(1, true))).toBe("ERR_POOL_STALLED");
  await nextTurn();
  expect(pool.acquire("2001:db8::1", true)).toBeGreaterThan(0); // the other family's tree is unlocked
  await holder.terminate();
  await nextTurn();
  expect(codeOf(() => pool.acquire(1, false))).toBe("ERR_POOL_ABANDONED");
  expect(codeOf(() => attachPeerPool(pool.buffer).stats())).toBe("ERR_POOL_ABANDONED");
});

test("a detached thread gets an error for every call", async () => {
  const pool = createPeerPool({ capacity: 4 });
  pool.stats();
  pool.detach();
  await nextTurn();
  expect(codeOf(() => pool.stats())).toBe("ERR_POOL_DETACHED");
  const unused = createPeerPool({ capacity: 4 });
  unused.detach();
  expect(codeOf(() => unused.acquire(1, true))).toBe("ERR_POOL_DETACHED");
});

test("a fault in translated code is reported with its source line", async () => {
  const worker = new Worker(
    `process.setSourceMapsEnabled(true); import(${JSON.stringify(built.urlOf("impl/native/native-access.ts"))}).then(({ spinLock }) => { try { spinLock(1); } catch (error) { require("node:worker_threads").parentPort.postMessage(error.stack); } });`,
    { eval: true },
  );
  workers.push(worker);
  const stack = await new Promise<string>((resolve, reject) => worker.once("message", resolve).once("error", reject));
  expect(stack).toMatch(/impl\/native\/native-access\.ts:\d+/u);
});
