/**
 * The baseline for the machine: the same generators, one access each in turn, run on the bare words.
 *
 * No shadow state, no checks, no strategy, no record. Locks and waits block a thread, and a grace period waits until
 * all sections open at its start are closed, so that the generators take the same paths as under the machine.
 */
import { ACCESS, type Access, type AccessKind, request } from "#impl/memory/access.ts";
import { awaitsValue, isAcquisition, isLocal, mayWait, performOnWord, waitIsOver } from "#impl/memory/access-class.ts";
import { giveObject, takeObject } from "#impl/memory/slab.ts";
import { runAlone } from "#impl/memory/sequential.ts";
import type { Program } from "#fuzz/machine/program.ts";

interface Line {
  generator: Access;
  kind: AccessKind;
  address: number;
  operand: number;
  expected: number;
  callback: typeof request.callback;
  depth: number;
  returned: boolean;
}

/** Makes a function that runs one execution of `program` round-robin and returns the number of its accesses. */
export function bareLoop(program: Program): () => number {
  const { heap } = program;
  const { words } = heap;
  const before = words.slice();
  if (program.setUp !== undefined) runAlone(heap, program.setUp());
  const initial = words.slice(0, heap.used);
  words.set(before);
  const lines: Line[] = [];

  function resume(line: Line, found: number): void {
    let step = line.generator.next(found);
    while (!step.done) {
      const kind = step.value;
      if (!isLocal(kind)) {
        line.kind = kind;
        line.address = request.address;
        line.operand = request.operand;
        line.expected = request.expected;
        if (kind === ACCESS.callRcu) line.callback = request.callback;
        return;
      }
      if (kind === ACCESS.rcuReadLock) line.depth++;
      else if (kind === ACCESS.rcuReadUnlock) line.depth--;
      step = line.generator.next(0);
    }
    line.returned = true;
  }

  function start(generator: Access): void {
    const line: Line = {
      generator,
      kind: ACCESS.read,
      address: 0,
      operand: 0,
      expected: 0,
      callback: undefined,
      depth: 0,
      returned: false,
    };
    lines.push(line);
    resume(line, 0);
  }

  function isBlocked({ kind, address, operand, expected }: Line): boolean {
    const word = words[address] ?? 0;
    if (isAcquisition(kind)) return word !== 0;
    if (awaitsValue(kind)) return !waitIsOver(kind, word, expected, operand);
    // Coarser and cheaper than a grace period must be: it waits for every section.
    return kind === ACCESS.synchronizeRcu && lines.some(({ depth }) => depth > 0);
  }

  function perform(line: Line): number {
    const { kind, address, operand, expected } = line;
    switch (kind) {
      case ACCESS.spinTrylock:
        if (words[address] !== 0) return 0;
        words[address] = 1;
        return 1;
      case ACCESS.spinLock:
      case ACCESS.mutexLock:
        words[address] = 1;
        return 0;
      case ACCESS.spinUnlock:
      case ACCESS.mutexUnlock:
        words[address] = 0;
        return 0;
      case ACCESS.allocate:
        return takeObject(words, address);
      case ACCESS.free:
        giveObject(words, address, operand);
        return 0;
      case ACCESS.synchronizeRcu:
        return 0;
      case ACCESS.callRcu:
        if (line.callback !== undefined) start(afterGracePeriod(line.callback(operand)));
        return 0;
      default:
        return performOnWord(words, kind, address, operand, expected);
    }
  }

  return () => {
    words.set(initial);
    lines.length = 0;
    for (let thread = 0; thread < program.threads.length; thread++) {
      const body = program.threads[thread]?.body();
      if (body !== undefined) start(body);
    }
    let accesses = 0;
    for (let moved = true; moved;) {
      moved = false;
      for (let index = 0; index < lines.length; index++) {
        const line = lines[index];
        if (line === undefined || line.returned || (mayWait(line.kind) && isBlocked(line))) continue;
        resume(line, perform(line));
        accesses++;
        moved = true;
      }
    }
    return accesses;
  };
}

function* afterGracePeriod(callback: Access): Access {
  request.address = 0;
  yield ACCESS.synchronizeRcu;
  yield* callback;
}
