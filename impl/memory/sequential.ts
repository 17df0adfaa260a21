import { ACCESS, type Access, type AccessKind, type RcuCallback, request } from "./access.ts";
import { performOnWord, touchesWord, waitIsOver } from "./access-class.ts";
import type { Heap } from "./heap.ts";
import { giveObject, takeObject } from "./slab.ts";
import { wordAt } from "./word.ts";

/**
 * Runs one procedure to its end, with no other thread and no checks; then the RCU callbacks it left behind.
 *
 * For setting a structure up, and for code whose concurrency is not the point.
 *
 * @throws Error when the procedure would wait forever, or one of its assertions fails
 */
export function runAlone<T>(heap: Heap, procedure: Access<T>): T {
  const callbacks: [RcuCallback, number][] = [];
  // If this runs inside another procedure, its accesses do not count as that procedure's.
  const { count } = request;
  try {
    const result = runOne(heap, procedure, callbacks);
    for (let entry = callbacks.shift(); entry !== undefined; entry = callbacks.shift())
      runOne(heap, entry[0](entry[1]), callbacks);
    return result;
  } finally {
    request.count = count;
  }
}

function runOne<T>({ words }: Heap, procedure: Access<T>, callbacks: [RcuCallback, number][]): T {
  let step = nextStep(procedure, 0);
  while (!step.done) {
    const kind = step.value;
    const { address, callback } = request;
    // Values are int32s, as they are in memory: an argument computed beyond 32 bits wraps.
    const operand = request.operand | 0;
    const expected = request.expected | 0;
    let found = 0;
    switch (kind) {
      case ACCESS.awaitEqual:
      case ACCESS.awaitUnequal:
      case ACCESS.awaitEqualRelaxed:
      case ACCESS.awaitUnequalRelaxed:
        found = wordAt(words, address);
        if (!waitIsOver(kind, found, expected, operand))
          throw new Error(`word ${address} is ${found}: with nobody else running, the wait for it never ends`);
        break;
      case ACCESS.spinTrylock:
        found = words[address] === 0 ? 1 : 0;
        words[address] = 1;
        break;
      case ACCESS.spinLock:
      case ACCESS.mutexLock:
        if (words[address] !== 0)
          throw new Error(`lock ${address} is taken: with nobody else running, the wait for it never ends`);
        words[address] = 1;
        break;
      case ACCESS.spinUnlock:
      case ACCESS.mutexUnlock:
        words[address] = 0;
        break;
      case ACCESS.allocate:
        found = takeObject(words, address);
        break;
      case ACCESS.free:
        giveObject(words, address, operand);
        break;
      case ACCESS.callRcu:
        if (callback !== undefined) callbacks.push([callback, operand]);
        break;
      case ACCESS.synchronizeRcu:
        break; // No other thread runs, so no section is open and the grace period is over.
      case ACCESS.assertHolds:
        if (operand === 0) throw new Error(request.message);
        break;
      default:
        if (touchesWord(kind)) found = performOnWord(words, kind, address, operand, expected);
    }
    step = nextStep(procedure, found);
  }
  return step.value;
}

/** Resumes the procedure, and checks that it yields the access it requests. */
function nextStep<T>(procedure: Access<T>, found: number): IteratorResult<AccessKind, T> {
  const { count } = request;
  const step = procedure.next(found);
  const asks = (request.count - count) | 0;
  if (asks > 1 || (step.done === true && asks !== 0))
    throw new Error("the procedure asks for an access and does not yield it: is a yield missing?");
  return step;
}
