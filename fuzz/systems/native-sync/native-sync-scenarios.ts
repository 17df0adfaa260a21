/** Scenarios of the native target's synchronisation: two or three threads, one situation each. */
import type { NativeSyncOperation } from "#model/native-sync/native-sync.ts";
import type { ScenarioContents } from "../scenario.ts";

type Operation = NativeSyncOperation;

const increment: Operation = { kind: "increment" };
const read: Operation = { kind: "read" };
const reclaim: Operation = { kind: "reclaim" };
const request: Operation = { kind: "request" };
const serve: Operation = { kind: "serve" };
const replace = (value: number): Operation => ({ kind: "replace", value, waits: false });
const replaceAndWait = (value: number): Operation => ({ kind: "replace", value, waits: true });

export const nativeSyncScenarios: Readonly<Record<string, ScenarioContents<Operation>>> = {
  "lock-two": {
    about: "two threads contend for a lock, twice",
    threads: { first: [increment, increment], second: [increment] },
  },
  "lock-three": {
    about: "three threads at a lock: a sleeper is woken even though another thread intervened",
    threads: { first: [increment], second: [increment], third: [increment] },
  },
  "readers-against-replacement": {
    about: "two readers while a version is replaced and its memory reclaimed",
    threads: { writer: [replace(2), reclaim], first: [read, read], second: [read] },
  },
  "readers-apart": {
    about: "the reader with the later slot has been reading for longer, and holds a version that the other cannot",
    threads: { "late reader": [read], "early reader": [read], writer: [replace(2), replace(3), reclaim] },
  },
  "grace-period": {
    about: "a writer waits for a grace period before it frees, and reuses the memory",
    threads: { writer: [replaceAndWait(2), replaceAndWait(3)], reader: [read, read] },
  },
  "two-reclaimers": {
    about: "two threads replace, and reclaim what is due",
    initial: [replace(5)],
    threads: { first: [replace(2), reclaim], second: [replace(3), reclaim] },
  },
  "dead-reader": {
    about:
      "a reader is terminated inside a section: nothing is reclaimed under it, and everything once it is forgotten",
    threads: { victim: [{ kind: "die" }], writer: [replace(2), reclaim], supervisor: [{ kind: "forget" }, reclaim] },
  },
  works: {
    about: "a work is requested again while it runs, and two threads would run it",
    initial: [request],
    threads: { first: [request, serve], second: [request, serve] },
  },
};
