/** Locks, both the machine's and those built from single accesses, with a counter to protect. */
import {
  type Access,
  type Address,
  atomicAddReturnRelaxed,
  awaitEqual,
  awaitUnequal,
  cmpxchgRelaxed,
  mutexLock,
  mutexUnlock,
  readOnce,
  smpMb,
  writeOnce,
  xchgRelaxed,
} from "#impl/memory/access.ts";
import { assume } from "#fuzz/explore/explored-program.ts";
import { increase, share, threads, type ToyProgram, toyProgram } from "./toy-program.ts";

const EVERY_BIT = -1;

export const mutualExclusion: readonly ToyProgram[] = [
  toyProgram({
    name: "peterson",
    about: "mutual exclusion of two by flags and a turn",
    parameters: {},
    mayBlock: true,
    build(heap) {
      const { flags, turn, inside, never } = share(heap, "peterson", { flags: 2, turn: 1, inside: 1, never: 1 });
      return {
        threads: threads("thread", 2, function* (me) {
          yield writeOnce(flags + me, 1);
          yield smpMb();
          yield writeOnce(turn, me);
          yield smpMb();
          yield* assume((yield readOnce(flags + 1 - me)) === 0 || (yield readOnce(turn)) !== me, never);
          yield writeOnce(inside, me);
          yield readOnce(inside);
          yield writeOnce(flags + me, 0);
        }),
      };
    },
  }),
  toyProgram({
    name: "dekker",
    about: "mutual exclusion of two by flags, for a thread that arrives alone",
    parameters: {},
    build(heap) {
      const { flags, inside } = share(heap, "dekker", { flags: 2, inside: 1 });
      return {
        threads: threads("thread", 2, function* (me) {
          yield writeOnce(flags + me, 1);
          yield smpMb();
          if ((yield readOnce(flags + 1 - me)) === 0) {
            yield writeOnce(inside, me);
            yield readOnce(inside);
          }
        }),
      };
    },
  }),
  toyProgram({
    name: "ticket",
    about: "a ticket lock, K times",
    parameters: { N: 2, K: 1 },
    build(heap, { N, K }) {
      const { next, serving, count } = share(heap, "ticket", { next: 1, serving: 1, count: 1 });
      return {
        threads: threads("thread", N, function* () {
          for (let i = 0; i < K; i++) {
            const ticket = (yield atomicAddReturnRelaxed(next, 1)) - 1;
            yield awaitEqual(serving, EVERY_BIT, ticket);
            yield* increase(count);
            yield writeOnce(serving, ticket + 1);
          }
        }),
      };
    },
  }),
  toyProgram({
    name: "spin",
    about: "a lock taken by exchange, K times",
    parameters: { N: 2, K: 1 },
    mayBlock: true,
    build(heap, { N, K }) {
      const { taken, count, never } = share(heap, "spin", { taken: 1, count: 1, never: 1 });
      return {
        threads: threads("thread", N, function* () {
          for (let i = 0; i < K; i++) {
            yield* assume((yield xchgRelaxed(taken, 1)) === 0, never);
            yield* increase(count);
            yield writeOnce(taken, 0);
          }
        }),
      };
    },
  }),
  toyProgram({
    name: "ttas",
    about: "a lock that is tested before it is taken by exchange",
    parameters: { N: 2, loop_bound: 3 },
    mayBlock: true,
    build(heap, { N, loop_bound }) {
      const { taken, count, never } = share(heap, "ttas", { taken: 1, count: 1, never: 1 });
      return {
        threads: threads("thread", N, function* () {
          let rounds = 0;
          do {
            yield* assume(rounds++ < loop_bound, never);
            yield awaitEqual(taken, EVERY_BIT, 0);
          } while ((yield xchgRelaxed(taken, 1)) !== 0);
          yield* increase(count);
          yield writeOnce(taken, 0);
        }),
      };
    },
  }),
  toyProgram({
    name: "mutex",
    about: "a mutex, K times",
    parameters: { N: 2, K: 1 },
    build(heap, { N, K }) {
      const { lock, count } = share(heap, "mutex", { lock: 1, count: 1 });
      return {
        threads: threads("thread", N, function* () {
          for (let i = 0; i < K; i++) yield* countInside(lock, count);
        }),
      };
    },
  }),
  toyProgram({
    name: "mutex2",
    about: "one of two mutexes, by parity of the thread's number",
    parameters: { N: 4 },
    build(heap, { N }) {
      const { locks, counts } = share(heap, "mutex2", { locks: 2, counts: 2 });
      return { threads: threads("thread", N, (me) => countInside(locks + (me % 2), counts + (me % 2))) };
    },
  }),
  toyProgram({
    name: "mcs",
    about: "the queue lock of Mellor-Crummey and Scott",
    parameters: { N: 2 },
    build(heap, { N }) {
      const { tail, next, locked, count } = share(heap, "mcs", { tail: 1, next: N + 1, locked: N + 1, count: 1 });
      return {
        threads: threads("thread", N, function* (me) {
          const i = me + 1;
          yield writeOnce(next + i, 0);
          const before = yield xchgRelaxed(tail, i);
          if (before !== 0) {
            yield writeOnce(locked + i, 1);
            yield writeOnce(next + before, i);
            yield awaitEqual(locked + i, EVERY_BIT, 0);
          }
          yield* increase(count);
          if ((yield readOnce(next + i)) === 0) {
            if ((yield cmpxchgRelaxed(tail, i, 0)) === i) return;
            yield awaitUnequal(next + i, EVERY_BIT, 0);
          }
          const successor = yield readOnce(next + i);
          yield writeOnce(locked + successor, 0);
        }),
      };
    },
  }),
  toyProgram({
    name: "lamport",
    about: "Lamport's fast mutex",
    parameters: { N: 2, loop_bound: 3 },
    mayBlock: true,
    build(heap, { N, loop_bound }) {
      const { x, y, count, busy, never } = share(heap, "lamport", { x: 1, y: 1, count: 1, busy: N + 1, never: 1 });
      return {
        threads: threads("thread", N, function* (me) {
          const i = me + 1;
          for (let round = 0; ; round++) {
            yield* assume(round < loop_bound, never);
            yield writeOnce(busy + i, 1);
            yield writeOnce(x, i);
            if ((yield readOnce(y)) !== 0) {
              yield writeOnce(busy + i, 0);
              yield awaitEqual(y, EVERY_BIT, 0);
              continue;
            }
            yield writeOnce(y, i);
            if ((yield readOnce(x)) === i) break;
            yield writeOnce(busy + i, 0);
            for (let j = 1; j <= N; j++) yield awaitEqual(busy + j, EVERY_BIT, 0);
            if ((yield readOnce(y)) === i) break;
            yield awaitEqual(y, EVERY_BIT, 0);
          }
          yield* increase(count);
          yield writeOnce(y, 0);
          yield writeOnce(busy + i, 0);
        }),
      };
    },
  }),
  toyProgram({
    name: "rwlock",
    about: "a reader-writer lock in one word; the first PUSH threads write",
    parameters: { N: 2, PUSH: 1 },
    mayBlock: true,
    build(heap, { N, PUSH }) {
      const { holders, data, never } = share(heap, "rwlock", { holders: 1, data: 1, never: 1 });
      function* write(): Access {
        yield* assume((yield cmpxchgRelaxed(holders, 0, -1)) === 0, never);
        yield* increase(data);
        yield writeOnce(holders, 0);
      }
      function* read(): Access {
        const readers = yield readOnce(holders);
        yield* assume(readers >= 0, never);
        yield* assume((yield cmpxchgRelaxed(holders, readers, readers + 1)) === readers, never);
        yield readOnce(data);
        yield atomicAddReturnRelaxed(holders, -1);
      }
      return { threads: threads("thread", N, (me) => (me < PUSH ? write() : read())) };
    },
  }),
];

function* countInside(lock: Address, count: Address): Access {
  yield mutexLock(lock);
  yield* increase(count);
  yield mutexUnlock(lock);
}
