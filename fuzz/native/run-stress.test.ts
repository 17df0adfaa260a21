import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { afterAll, expect, test } from "vitest";
import { bugNamed } from "#fuzz/bugs/museum.ts";
import { applyToModules } from "#fuzz/bugs/patch.ts";
import { runAlone } from "#impl/memory/sequential.ts";
import { createLayout, layoutOf, type PoolLayout } from "#impl/native/pool-buffer.ts";
import { Peer } from "#impl/peers/layout.ts";
import { getPeer, putPeer } from "#impl/peers/lookup.ts";
import { peerAddress } from "#model/peers/peer-address.ts";

import { checkAtRest } from "./check-at-rest.ts";
import { checkEmptied, checkHead, checkHistories } from "./check-round.ts";
import { runStress, type StressResult } from "./run-stress.ts";
import { type Entry, ENTRY_WORDS, historiesByAddress, LOGGED } from "./stress-log.ts";
import { projectRoot } from "#fuzz/host/project-root.ts";

// Outside the project: the library finds its imports wherever it is built.
const folder = mkdtempSync(join(tmpdir(), "quiesce-stress-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function logOf(...entries: readonly Entry[]): Int32Array {
  return Int32Array.from(entries.flat());
}

test("a round's entries become one history per address, ordered by call over all threads", () => {
  const first = logOf(
    [LOGGED.create, 2, 0, 70, 0, 1],
    [LOGGED.create, 1, 0, 60, 2, 3],
    [LOGGED.nextId, 1, 60, 5, 6, 9],
    [LOGGED.put, 2, 70, 0, 10, 11],
  );
  const second = logOf([LOGGED.find, 2, 0, 70, 4, 5]);
  const histories = [...historiesByAddress([first, second], 4)].map(([address, history]) => [address, [...history]]);
  expect(histories).toEqual([
    [
      1,
      [
        { client: 0, operation: { kind: "get", address: 1, create: true }, response: 60, invokedAt: 2, respondedAt: 3 },
        {
          client: 0,
          operation: { kind: "nextId", address: 1, reference: 60, more: 1 },
          response: 5,
          invokedAt: 6,
          respondedAt: 9,
        },
      ],
    ],
    [
      2,
      [
        { client: 0, operation: { kind: "get", address: 2, create: true }, response: 70, invokedAt: 0, respondedAt: 1 },
        {
          client: 1,
          operation: { kind: "get", address: 2, create: false },
          response: 70,
          invokedAt: 4,
          respondedAt: 5,
        },
        {
          client: 0,
          operation: { kind: "put", address: 2, reference: 70 },
          response: 0,
          invokedAt: 10,
          respondedAt: 11,
        },
      ],
    ],
  ]);
});

/**
 * A history of one thread at one address, at every second stamp: identifiers are drawn in turn, `wrong` of them one too
 * high.
 */
function longLog(operations: number, addresses: number, wrong = -1): Int32Array {
  const log = new Int32Array(operations * ENTRY_WORDS);
  const drawn = new Int32Array(addresses);
  for (let i = 0; i < operations; i++) {
    const address = i % addresses;
    const step = Math.floor(i / addresses);
    const next = (100 + (drawn[address] ?? 0) * (1 + (address & 1))) & 0xffff;
    const entry: Entry =
      step % 3 === 0
        ? [LOGGED.create, address, 0, 50 + address, 2 * i, 2 * i + 1]
        : step % 3 === 1
          ? [LOGGED.nextId, address, 50 + address, i === wrong ? next + 1 : next, 2 * i, 2 * i + 1]
          : [LOGGED.put, address, 50 + address, 0, 2 * i, 2 * i + 1];
    if (step % 3 === 1) drawn[address] = (drawn[address] ?? 0) + 1;
    log.set(entry, i * ENTRY_WORDS);
  }
  return log;
}

test("a correct history holds, and a wrong identifier is found and shown with the operations before it", () => {
  const options = { addresses: 20, collects: false, firstIdentifier: () => 100 };
  expect(checkHistories({ logs: [longLog(6_000, 20)], ...options })).toBeUndefined();
  const violation = checkHistories({ logs: [longLog(6_000, 20, 3_020)], ...options });
  expect(violation?.property).toBe("linearizability");
  expect(violation?.because).toMatch(
    /^nextId of thread 0 returns \d+, and no order of the operations on address 0 explains that$/u,
  );
  expect(violation?.history?.at(-1)?.invokedAt).toBe(6_040);
});

test("settled operations are forgotten, and later ones are checked from the resulting states", () => {
  const options = { addresses: 20, collects: false, firstIdentifier: () => 100, settledMin: 10 };
  expect(checkHistories({ logs: [longLog(6_000, 20)], ...options })).toBeUndefined();
  const violation = checkHistories({ logs: [longLog(6_000, 20, 3_020)], ...options });
  expect(violation?.because).toMatch(
    /^nextId of thread 0 returns \d+, and no order of the operations on address 0 explains that$/u,
  );
  expect(violation?.history?.length).toBeLessThanOrEqual(11);
  // Nobody held the record when the part began: only its existence and its next identifier remain of the past.
  expect(violation).toMatchObject({ startsIn: [expect.stringMatching(/^50\*\d,\d+$/u)] });
});

/** Checks the log in a thread with limited memory; returns the verdict, or the code of its error. */
function checkWithin(megabytes: number, log: Int32Array, settledMin: number): Promise<unknown> {
  const code = `const { parentPort, workerData: { checkRound, log, settledMin } } = require("node:worker_threads");
import(checkRound).then(({ checkHistories }) => parentPort.postMessage(checkHistories({ logs: [log], addresses: 2, collects: false, firstIdentifier: () => 100, settledMin })?.because ?? "holds"));`;
  const workerData = { checkRound: new URL("./check-round.ts", import.meta.url).href, log, settledMin };
  const worker = new Worker(code, {
    eval: true,
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: megabytes, maxYoungGenerationSizeMb: 8 },
  });
  return new Promise((resolve) =>
    worker
      .once("message", resolve)
      .once("error", (error: unknown) => resolve(error instanceof Error && "code" in error ? error.code : error)),
  );
}

test("a million operations at two addresses are checked in 60 MB, too little to hold them", async () => {
  const log = longLog(1_000_000, 2);
  expect(await checkWithin(60, log, 20_000)).toBe("holds");
  expect(await checkWithin(60, log, 1_000_000)).toBe("ERR_WORKER_OUT_OF_MEMORY");
}, 60_000);

test("a lost or doubled record is found, whichever thread saw it", () => {
  const options = { addresses: 3, collects: true, firstIdentifier: () => 0 };
  const holder = logOf([LOGGED.create, 1, 0, 50, 0, 1], [LOGGED.put, 1, 50, 0, 8, 9]);
  for (const [wrong, because] of [
    [[LOGGED.find, 1, 0, 0, 4, 5], "get of thread 1 returns 0"],
    [[LOGGED.create, 1, 0, 66, 4, 5], "get of thread 1 returns 66"],
  ] as const) {
    expect(checkHistories({ logs: [holder, logOf(wrong)], ...options })).toMatchObject({
      property: "linearizability",
      because: expect.stringContaining(because) as string,
    });
  }
  expect(checkHistories({ logs: [holder, logOf([LOGGED.find, 1, 0, 0, 10, 11])], ...options })).toBeUndefined();
});

test("a history that exceeds a bound is reported, and is no success", () => {
  const open = Array.from({ length: 12 }, (_, thread) =>
    logOf(
      [LOGGED.create, 1, 0, 50, thread, 100 + thread],
      [LOGGED.nextId, 1, 50, 2 * ((thread * 5) % 12), 200 + thread, 300 + thread],
    ),
  );
  const violation = checkHistories({
    logs: open,
    addresses: 2,
    collects: true,
    firstIdentifier: () => 0,
    configurationsMax: 3,
  });
  expect(violation).toMatchObject({
    property: "progress",
    because: "24 operations on address 1 need more than 3 configurations",
  });
  expect(checkHistories({ logs: open, addresses: 2, collects: true, firstIdentifier: () => 0 })).toBeUndefined();
});

test("the whole history is shown if the last operations alone can be explained", () => {
  // Held by the first thread throughout, and not found 60 operations later.
  const entries: Entry[] = [[LOGGED.create, 1, 0, 50, 0, 1]];
  for (let i = 1; i <= 60; i++)
    entries.push(i % 2 === 1 ? [LOGGED.find, 1, 0, 50, 2 * i, 2 * i + 1] : [LOGGED.put, 1, 50, 0, 2 * i, 2 * i + 1]);
  entries.push([LOGGED.find, 1, 0, 0, 200, 201]);
  const violation = checkHistories({
    logs: [logOf(...entries)],
    addresses: 2,
    collects: true,
    firstIdentifier: () => 0,
  });
  expect(violation?.history).toHaveLength(62);
});

function layoutWithPeers(): PoolLayout {
  const layout = createLayout(
    { capacity: 9, threshold: 9, ttlMinMs: 1, ttlMaxMs: 1, gcDelayMs: 1, burstFactor: 1, secret: [1, 2] },
    0,
  );
  for (const word of [5, 3, 8]) {
    const peer = runAlone(layout.heap, getPeer(layout.pool, peerAddress("v4", [word])));
    runAlone(layout.heap, putPeer(layout.pool, peer));
  }
  return layout;
}

test("a pool at rest is consistent, and each possible fault is reported", () => {
  const {
    heap: { words },
    pool,
    locks,
  } = layoutWithPeers();
  expect(checkAtRest(layoutWithPeers())).toBeUndefined();
  const spoil = (address: number, value: number): ReturnType<typeof checkAtRest> => {
    const layout = layoutWithPeers();
    layout.heap.words[address] = value;
    return checkAtRest(layout);
  };
  const root = words[pool.v4.root] ?? 0;
  expect(spoil(locks[0] ?? 0, 3)).toMatchObject({ property: "lock-is-free" });
  expect(spoil(Peer.height(root), 9)).toMatchObject({ property: "avl" });
  expect(spoil(Peer.refcount(root), 1)).toMatchObject({
    property: "refcount",
    because: expect.stringMatching(/^peer#\d has 1 references, and nobody holds it$/u) as string,
  });
});

async function stress(name: string, more: Partial<Parameters<typeof runStress>[0]> = {}): Promise<StressResult> {
  let asked = 0;
  return await runStress({
    threads: 2,
    seed: 1,
    operations: 2_000,
    milliseconds: 100_000,
    out: join(folder, name),
    shouldStop: () => asked++ >= 7,
    ...more,
  });
}

test("rounds of every kind hold on the present source, with and without delays", async () => {
  const rounds: number[] = [];
  expect(await stress("sound", { onRound: ({ rounds: round }) => rounds.push(round) })).toMatchObject({
    rounds: 7,
    operations: 28_000,
  });
  expect(rounds).toEqual([1, 2, 3, 4, 5, 6, 7]);
}, 60_000);

/** The sources with a bug of the museum. */
function sourcesWith(slug: string): ReadonlyMap<string, string> {
  const { sources } = applyToModules(slug, bugNamed(slug).patch, projectRoot);
  return new Map([...sources].map(([url, text]) => [relative(projectRoot, fileURLToPath(url)), text]));
}

test("a time too short for a round still runs one", async () => {
  expect(await stress("short", { milliseconds: 1, shouldStop: () => false })).toMatchObject({ rounds: 1 });
}, 60_000);

test("a planted fault is found, with the history that shows it", async () => {
  const { violation } = await stress("patched", { sources: sourcesWith("inetpeer-ipid-range-overlap") });
  expect(violation).toMatchObject({
    property: "linearizability",
    round: 1,
    kind: "keeps",
    delayed: false,
    because: expect.stringContaining("nextId of thread") as string,
  });
  expect(violation?.history?.length).toBeGreaterThan(0);
}, 60_000);

test("memory reused under a reader is found", async () => {
  for (const slug of ["native-rcu-no-grace-period", "native-rcu-epoch-stands-still", "native-forgotten-while-alive"]) {
    const { violation } = await stress(slug, {
      operations: 30_000,
      sources: sourcesWith(slug),
      shouldStop: () => false,
    });
    expect(["answer", "memory-safety"], slug).toContain(violation?.property);
    expect(violation?.because, slug).toMatch(
      /^a peer that was found at address \d+ has address|^the memory of the peer at address \d+ is used again/u,
    );
  }
}, 120_000);

test("a missing wake-up is found, although the sleeper would poll", async () => {
  const { violation } = await stress("not woken", {
    operations: 20_000,
    sources: sourcesWith("native-lock-missing-wake-up"),
    shouldStop: () => false,
  });
  expect(violation).toMatchObject({
    property: "progress",
    delayed: true,
    because: expect.stringContaining("NotWokenError: nobody ends a sleep of 5000 ms") as string,
  });
}, 120_000);

test("an overwritten pool head is reported", () => {
  const {
    heap: { words },
    control,
  } = layoutWithPeers();
  expect(checkHead(() => layoutOf(words.buffer))).toBeUndefined();
  words[control + 1] = 99;
  expect(checkHead(() => layoutOf(words.buffer))).toEqual({
    property: "memory-safety",
    because: expect.stringContaining("can no longer be attached to: PeerPoolError") as string,
  });
});

test("hidden peers must be freed soon, each once", async () => {
  const pool = (...inUse: readonly number[]) => {
    let asked = 0;
    const stats = () => ({
      capacity: 9,
      v4: 0,
      v6: 0,
      inUse: inUse[Math.min(asked++, inUse.length - 1)] ?? 0,
      reclaiming: 0,
      threads: 1,
    });
    return { invalidate() {}, stats };
  };
  expect(await checkEmptied(pool(3, 1, 0))).toBeUndefined();
  expect(await checkEmptied(pool(3, -1))).toMatchObject({
    property: "leak",
    because: "all peers were hidden, nobody holds one, and -1 are in use, with 0 to be reclaimed",
  });
  expect(await checkEmptied(pool(2), 5)).toMatchObject({ property: "leak" });
  const broken = { ...pool(0), invalidate: () => assert.fail("it is abandoned") };
  expect(await checkEmptied(broken)).toEqual({
    property: "answer",
    because: expect.stringContaining("it is abandoned") as string,
  });
});

test("a thread that throws, finds the wrong peer or never returns is reported", async () => {
  const broken = await stress("throws", {
    sources: new Map([
      ["impl/native/shared-clock.ts", 'export function moveClockTo(): never { throw new Error("no clock"); }'],
    ]),
  });
  expect(broken.violation).toMatchObject({
    property: "answer",
    because: expect.stringContaining("no clock") as string,
  });
  const other = await stress("wrong peer", {
    sources: new Map([
      [
        "impl/peers/descend.ts",
        'import { type Access, rcuDereference } from "../memory/access.ts";\nexport function* descendLockless(_store: unknown, tree: { readonly root: number }): Access<number> { return yield rcuDereference(tree.root); }',
      ],
    ]),
  });
  expect(other.violation).toMatchObject({
    property: "answer",
    because: expect.stringMatching(
      /^a peer that was found at address \d+ has address \d+, while it is held$/u,
    ) as string,
  });
  const stuck = await stress("stuck", {
    stuckMs: 1_000,
    sources: new Map([["impl/native/shared-clock.ts", "export function moveClockTo(): never { for (;;); }"]]),
  });
  expect(stuck.violation).toMatchObject({ property: "progress" });
}, 60_000);
