import { expect, test } from "vitest";
import { costsText } from "./lookup-costs.ts";

test("the tables have columns, words to the left and numbers to the right, with at most two decimals", () => {
  const text = costsText({
    format: "quiesce-costs",
    version: 1,
    lookups: [
      {
        system: "peers-rwlock",
        lookup: "a hit",
        lockAcquisitions: 2,
        atomicOperations: 14,
        cacheLinesWritten: 3,
        accesses: 9,
      },
      {
        system: "peers",
        lookup: "a miss\u001b[2J",
        lockAcquisitions: 0,
        atomicOperations: 0,
        cacheLinesWritten: 0,
        accesses: 123,
      },
    ],
    sizes: [
      {
        system: "peers",
        record: "peer",
        bytes: 48,
        kernelBytes: 192,
        cacheLines: 1.3333,
        lookup: "a hit",
        kernelSource: "inetpeer.h",
      },
    ],
    lockHolds: [
      {
        listed: 10,
        softirq: { runThatKeeps: 31, runThatDestroys: 104, deviceEvent: 71 },
        workqueue: { runThatKeeps: 8, runThatDestroys: 3, deviceEvent: 2 },
      },
    ],
  });
  expect(text.split("\n")).toEqual([
    "what a peer's lookup writes",
    "  system        lookup           locks  atomics  lines written  accesses",
    "  peers-rwlock  a hit                2       14              3         9",
    "  peers         a miss\\u{1b}[2J      0        0              0       123",
    "",
    "what records take and lookups touch",
    "  system  record  bytes  kernel  lines touched  lookup  the kernel's figure",
    "  peers   peer       48     192           1.33  a hit   inetpeer.h",
    "",
    "accesses under the garbage lock of the destination cache: runs that keep or free all entries, device events",
    "  entries  softirq keeps  frees  event  work queue keeps  frees  event",
    "       10             31    104     71                 8      3      2",
  ]);
});

test("without rows only the heads of the tables remain", () => {
  expect(costsText({ format: "quiesce-costs", version: 1, lookups: [], sizes: [], lockHolds: [] }).split("\n")).toEqual(
    [
      "what a peer's lookup writes",
      "  system  lookup  locks  atomics  lines written  accesses",
      "",
      "what records take and lookups touch",
      "  system  record  bytes  kernel  lines touched  lookup  the kernel's figure",
      "",
      "accesses under the garbage lock of the destination cache: runs that keep or free all entries, device events",
      "  entries  softirq keeps  frees  event  work queue keeps  frees  event",
    ],
  );
});
