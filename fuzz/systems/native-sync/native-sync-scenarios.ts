/** Scenarios of the native target's synchronisation: two or three threads, one thing tried in each. */
import type { NativeSyncOperation } from "#model/native-sync/native-sync.ts";
import type { Scenario } from "../scenario.ts";

type Operation = NativeSyncOperation;

const increment: Operation = { kind: "increment" };
const read: Operation = { kind: "read" };
const reclaim: Operation = { kind: "reclaim" };
const request: Operation = { kind: "request" };
const serve: Operation = { kind: "serve" };
const replace = (value: number): Operation => ({ kind: "replace", value, waits: false });
const replaceAndWait = (value: number): Operation => ({ kind: "replace", value, waits: true });

function scenario(
  name: string,
  about: string,
  threads: Readonly<Record<string, readonly Operation[]>>,
  initial: readonly Operation[] = [],
): Scenario<Operation> {
  return {
    name: `native-${name}`,
    system: "native-sync",
    about,
    initial,
    threads: Object.entries(threads).map(([thread, operations]) => ({ name: thread, operations })),
  };
}

export const nativeSyncScenarios: readonly Scenario<Operation>[] = [
  scenario("lock-two", "two threads meet at a lock, and at it again", {
    first: [increment, increment],
    second: [increment],
  }),
  scenario("lock-three", "three threads at a lock: who sleeps is woken, though another came between", {
    first: [increment],
    second: [increment],
    third: [increment],
  }),
  scenario("readers-against-replacement", "two readers while a version is replaced and its memory reclaimed", {
    writer: [replace(2), reclaim],
    first: [read, read],
    second: [read],
  }),
  scenario("grace-period", "a writer waits for a grace period before it frees, and reuses the memory", {
    writer: [replaceAndWait(2), replaceAndWait(3)],
    reader: [read, read],
  }),
  scenario(
    "two-reclaimers",
    "two threads replace, and reclaim what is due",
    { first: [replace(2), reclaim], second: [replace(3), reclaim] },
    [replace(5)],
  ),
  scenario(
    "dead-reader",
    "a reader is terminated inside a section: nothing is reclaimed under it, and everything once it is forgotten",
    { victim: [{ kind: "die" }], writer: [replace(2), reclaim], supervisor: [{ kind: "forget" }, reclaim] },
  ),
  scenario(
    "works",
    "a work is asked for again while it runs, and two threads would run it",
    { first: [request, serve], second: [request, serve] },
    [request],
  ),
];
