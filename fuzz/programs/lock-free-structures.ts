/** Lock-free structures: stack, queue, sequence lock, and a publication whose readers announce themselves. */
import {
  type Access,
  assertHolds,
  awaitEqual,
  cmpxchgRelaxed,
  readOnce,
  smpMb,
  writeOnce,
} from "#impl/memory/access.ts";
import { assume } from "#fuzz/explore/explored-program.ts";
import { share, thread, threads, type ToyProgram, toyProgram } from "./toy-program.ts";

const EVERY_BIT = -1;

export const lockFreeStructures: readonly ToyProgram[] = [
  toyProgram({
    name: "treiber",
    about: "Treiber's stack: the first PUSH threads push and the rest pop, or with PUSHPOP each pushes, then pops",
    parameters: { N: 2, PUSH: 1, PUSHPOP: 0, loop_bound: 4 },
    mayBlock: true,
    build(heap, { N, PUSH, PUSHPOP, loop_bound }) {
      const { top, next, never } = share(heap, "treiber", { top: 1, next: N + 1, never: 1 });
      function* push(node: number): Access {
        for (let round = 0; ; round++) {
          yield* assume(round < loop_bound, never);
          const found = yield readOnce(top);
          yield writeOnce(next + node, found);
          if ((yield cmpxchgRelaxed(top, found, node)) === found) return;
        }
      }
      function* pop(): Access {
        for (let round = 0; ; round++) {
          yield* assume(round < loop_bound, never);
          const found = yield readOnce(top);
          if (found === 0) return;
          const below = yield readOnce(next + found);
          if ((yield cmpxchgRelaxed(top, found, below)) === found) return;
        }
      }
      return {
        threads: threads("thread", N, function* (me) {
          if (PUSHPOP !== 0 || me < PUSH) yield* push(me + 1);
          if (PUSHPOP !== 0 || me >= PUSH) yield* pop();
        }),
      };
    },
  }),
  toyProgram({
    name: "msq",
    about: "the queue of Michael and Scott: the first PUSH threads enqueue, the rest dequeue",
    parameters: { N: 2, PUSH: 1, loop_bound: 4 },
    mayBlock: true,
    build(heap, { N, PUSH, loop_bound }) {
      const { head, tail, next, never } = share(heap, "msq", { head: 1, tail: 1, next: N + 2, never: 1 });
      function* enqueue(node: number): Access {
        for (let round = 0; ; round++) {
          yield* assume(round < loop_bound, never);
          const last = yield readOnce(tail);
          const after = yield readOnce(next + last);
          if ((yield readOnce(tail)) !== last) continue;
          if (after !== 0) yield cmpxchgRelaxed(tail, last, after);
          else if ((yield cmpxchgRelaxed(next + last, 0, node)) === 0) {
            yield cmpxchgRelaxed(tail, last, node);
            return;
          }
        }
      }
      function* dequeue(): Access {
        for (let round = 0; ; round++) {
          yield* assume(round < loop_bound, never);
          const first = yield readOnce(head);
          const last = yield readOnce(tail);
          const after = yield readOnce(next + first);
          if ((yield readOnce(head)) !== first) continue;
          if (first === last) {
            if (after === 0) return;
            yield cmpxchgRelaxed(tail, last, after);
          } else if ((yield cmpxchgRelaxed(head, first, after)) === first) return;
        }
      }
      return {
        *setUp() {
          yield writeOnce(head, 1);
          yield writeOnce(tail, 1);
        },
        threads: threads("thread", N, (me) => (me < PUSH ? enqueue(me + 2) : dequeue())),
      };
    },
  }),
  toyProgram({
    name: "seqlock",
    about: "a sequence lock: one writer, K times, and N - 1 readers of two words",
    parameters: { N: 2, K: 1 },
    mayBlock: true,
    build(heap, { N, K }) {
      const { sequence, y, z } = share(heap, "seqlock", { sequence: 1, y: 1, z: 1 });
      return {
        threads: [
          thread("writer", function* () {
            for (let i = 1; i <= K; i++) {
              const s = yield readOnce(sequence);
              yield writeOnce(sequence, s + 1);
              yield writeOnce(y, i);
              yield writeOnce(z, i);
              yield writeOnce(sequence, s + 2);
            }
          }),
          ...threads("reader", N - 1, function* () {
            const s = yield awaitEqual(sequence, 1, 0);
            const p = yield readOnce(y);
            const q = yield readOnce(z);
            yield awaitEqual(sequence, EVERY_BIT, s);
            yield assertHolds(p === q, `a reader found ${p} and ${q}, which were never there together`);
          }),
        ],
      };
    },
  }),
  toyProgram({
    name: "rcu",
    about: "a publication that waits for N - 1 readers before it removes the old value",
    parameters: { N: 2 },
    build(heap, { N }) {
      const { pointer, data, announced } = share(heap, "rcu", { pointer: 1, data: 2, announced: Math.max(2, N - 1) });
      return {
        threads: [
          thread("writer", function* () {
            yield writeOnce(data + 1, 7);
            yield writeOnce(pointer, 1);
            yield awaitEqual(announced, EVERY_BIT, 0);
            yield awaitEqual(announced + 1, EVERY_BIT, 0);
            yield writeOnce(data, -1);
          }),
          ...threads("reader", N - 1, function* (me) {
            yield writeOnce(announced + me, 1);
            yield smpMb();
            const published = yield readOnce(pointer);
            yield readOnce(data + published);
            yield writeOnce(announced + me, 0);
          }),
        ],
      };
    },
  }),
];
