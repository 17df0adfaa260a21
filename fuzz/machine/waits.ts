import { ACCESS, type AccessKind } from "#impl/memory/access.ts";
import { awaitsValue } from "#impl/memory/access-class.ts";
import { nameOf } from "#impl/memory/heap.ts";
import { wordAt } from "#impl/memory/word.ts";
import type { RunningMachine } from "./running-machine.ts";

/**
 * Describes, when no thread can go on, what each waiting thread waits for: `reader waits for pool.lock, held by writer;
 * …`. Daemons that wait for work are left out. `readerWaitedFor` returns the thread whose section a thread's grace
 * period waits for.
 */
export function describeWaits(machine: RunningMachine, readerWaitedFor: (thread: number) => number): string {
  const waits: string[] = [];
  for (let thread = 0; thread < machine.threadCount; thread++) {
    if (machine.hasReturned(thread) || waitsForWork(machine, thread)) continue;
    waits.push(`${machine.threadName(thread)} waits for ${describeWait(machine, thread, readerWaitedFor)}`);
  }
  return waits.join("; ");
}

function describeWait(machine: RunningMachine, thread: number, readerWaitedFor: (thread: number) => number): string {
  const address = wordAt(machine.pendingAddress, thread);
  const word = wordAt(machine.words, address);
  const what = nameOf(machine.heap, address);
  switch (machine.pendingKind[thread]) {
    case ACCESS.synchronizeRcu:
      return `the read-side critical section of ${machine.threadName(readerWaitedFor(thread))}`;
    case ACCESS.spinLock:
    case ACCESS.mutexLock:
      if (word < 1 || word > machine.threadCount) return `${what}, which holds ${word} and is no lock`;
      return `${what}, held by ${word - 1 === thread ? "itself" : machine.threadName(word - 1)}`;
    default:
      return `${what}, which is ${word}`;
  }
}

/** Is the thread a daemon that waits for work? It may be left waiting. */
export function waitsForWork(machine: RunningMachine, thread: number): boolean {
  return machine.isDaemon(thread) && awaitsValue(machine.pendingKind[thread] as AccessKind);
}
