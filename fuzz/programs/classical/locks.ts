/** Locks, those of the explorer and those made of single accesses, with a counter to protect. */
import {
  type Access,
  type Address,
  atomicAddReturnRelaxed,
  awaitEqual,
  awaitUnequal,
  cmpxchgRelaxed,
  mutexLock,
  mutexUnlock,
  read,
  readOnce,
  smpMb,
  write,
  writeOnce,
  xchgRelaxed,
} from "#impl/memory/access.ts";
import { assume } from "#fuzz/explore/explored-program.ts";
import { classical, increment, threads } from "./classical-program.ts";

const EVERY_BIT = -1;

export const lockPrograms = [
  classical("peterson", "mutual exclusion of two by flags and a turn", {}, (_, { word, array }) => {
    const [a, x, y] = [array(2), word(), word()];
    return threads(2, function* (me) {
      yield writeOnce(a + me, 1);
      yield smpMb();
      yield writeOnce(x, me);
      yield smpMb();
      yield* assume((yield readOnce(a + 1 - me)) === 0 || (yield readOnce(x)) !== me);
      yield writeOnce(y, me);
      yield readOnce(y);
      yield writeOnce(a + me, 0);
    });
  }),
  classical("dekker", "mutual exclusion of two by flags, for whoever comes alone", {}, (_, { word, array }) => {
    const [a, y] = [array(2), word()];
    return threads(2, function* (me) {
      yield writeOnce(a + me, 1);
      yield smpMb();
      if ((yield readOnce(a + 1 - me)) === 0) {
        yield writeOnce(y, me);
        yield readOnce(y);
      }
    });
  }),
  classical("ticket", "a ticket lock, K times", { N: 2, K: 1 }, ({ N, K }, { word }) => {
    const [x, y, z] = [word(), word(), word()];
    return threads(N, function* () {
      for (let i = 0; i < K; i++) {
        const ticket = (yield atomicAddReturnRelaxed(x, 1)) - 1;
        yield awaitEqual(y, EVERY_BIT, ticket);
        yield* increment(z);
        yield writeOnce(y, ticket + 1);
      }
    });
  }),
  classical("spin", "a lock taken by exchange, K times", { N: 2, K: 1 }, ({ N, K }, { word }) => {
    const [x, z] = [word(), word()];
    return threads(N, function* () {
      for (let i = 0; i < K; i++) {
        yield* assume((yield xchgRelaxed(x, 1)) === 0);
        yield* increment(z);
        yield writeOnce(x, 0);
      }
    });
  }),
  classical(
    "ttas",
    "a lock that is looked at before it is taken by exchange",
    { N: 2, loop_bound: 3 },
    ({ N, loop_bound }, { word }) => {
      const [x, z] = [word(), word()];
      return threads(N, function* () {
        let rounds = 0;
        do {
          yield* assume(rounds++ < loop_bound);
          yield awaitEqual(x, EVERY_BIT, 0);
        } while ((yield xchgRelaxed(x, 1)) !== 0);
        yield* increment(z);
        yield writeOnce(x, 0);
      });
    },
  ),
  classical("mutex", "a mutex, K times", { N: 2, K: 1 }, ({ N, K }, { word }) => {
    const [lock, z] = [word(), word()];
    return threads(N, function* () {
      for (let i = 0; i < K; i++) yield* inside(lock, increment(z));
    });
  }),
  classical("mutex2", "one of two mutexes, by parity of the thread's number", { N: 4 }, ({ N }, { array }) => {
    const [locks, counters] = [array(2), array(2)];
    return threads(N, function* (me) {
      yield* inside(locks + (me % 2), increment(counters + (me % 2)));
    });
  }),
  classical("mcs", "the queue lock of Mellor-Crummey and Scott", { N: 2 }, ({ N }, { word, array }) => {
    const [tail, next, locked, z] = [word(), array(N + 1), array(N + 1), word()];
    return threads(N, function* (me) {
      const i = me + 1;
      yield writeOnce(next + i, 0);
      const before = yield xchgRelaxed(tail, i);
      if (before !== 0) {
        yield writeOnce(locked + i, 1);
        yield writeOnce(next + before, i);
        yield awaitEqual(locked + i, EVERY_BIT, 0);
      }
      yield* increment(z);
      if ((yield readOnce(next + i)) === 0) {
        if ((yield cmpxchgRelaxed(tail, i, 0)) === i) return;
        yield awaitUnequal(next + i, EVERY_BIT, 0);
      }
      const successor = yield readOnce(next + i);
      yield writeOnce(locked + successor, 0);
    });
  }),
  classical("lamport", "Lamport's fast mutex", { N: 2, loop_bound: 3 }, ({ N, loop_bound }, { word, array }) => {
    const [x, y, z, b] = [word(), word(), word(), array(N + 1)];
    return threads(N, function* (me) {
      const i = me + 1;
      for (let round = 0; ; round++) {
        yield* assume(round < loop_bound);
        yield writeOnce(b + i, 1);
        yield writeOnce(x, i);
        if ((yield readOnce(y)) !== 0) {
          yield writeOnce(b + i, 0);
          yield awaitEqual(y, EVERY_BIT, 0);
          continue;
        }
        yield writeOnce(y, i);
        if ((yield readOnce(x)) === i) break;
        yield writeOnce(b + i, 0);
        for (let j = 1; j <= N; j++) yield awaitEqual(b + j, EVERY_BIT, 0);
        if ((yield readOnce(y)) === i) break;
        yield awaitEqual(y, EVERY_BIT, 0);
      }
      yield* increment(z);
      yield writeOnce(y, 0);
      yield writeOnce(b + i, 0);
    });
  }),
  classical(
    "rwlock",
    "a reader-writer lock in one word; the first PUSH threads write",
    { N: 2, PUSH: 1 },
    ({ N, PUSH }, { word }) => {
      const [x, z] = [word(), word()];
      return threads(N, function* (me) {
        if (me < PUSH) {
          yield* assume((yield cmpxchgRelaxed(x, 0, -1)) === 0);
          yield* increment(z);
          yield writeOnce(x, 0);
        } else {
          const readers = yield readOnce(x);
          yield* assume(readers >= 0);
          yield* assume((yield cmpxchgRelaxed(x, readers, readers + 1)) === readers);
          yield readOnce(z);
          yield atomicAddReturnRelaxed(x, -1);
        }
      });
    },
  ),
  classical(
    "filesystem",
    "inodes and blocks, each with a mutex of its own",
    { N: 3, NI: 4, NB: 3 },
    ({ N, NI, NB }, { array }) => {
      const [inodeLock, inode, blockLock, busy] = [array(NI), array(NI), array(NB), array(NB)];
      return threads(N, function* (me) {
        const i = me % NI;
        yield mutexLock(inodeLock + i);
        if ((yield read(inode + i)) === 0) {
          for (let b = (2 * i) % NB; ; b = (b + 1) % NB) {
            yield mutexLock(blockLock + b);
            if ((yield read(busy + b)) === 0) {
              yield write(busy + b, 1);
              yield write(inode + i, b + 1);
              yield mutexUnlock(blockLock + b);
              break;
            }
            yield mutexUnlock(blockLock + b);
          }
        }
        yield mutexUnlock(inodeLock + i);
      });
    },
  ),
  classical("account", "a deposit, a withdrawal and a check under one mutex", {}, (_, { word, array }) => {
    const [lock, balance, done] = [word(), word(), array(2)];
    const change = (flag: number, by: number) =>
      function* (): Access {
        yield mutexLock(lock);
        const before = yield read(balance);
        yield write(balance, before + by);
        yield write(done + flag, 1);
        yield mutexUnlock(lock);
      };
    return [
      function* () {
        yield mutexLock(lock);
        yield read(done);
        yield read(done + 1);
        yield mutexUnlock(lock);
      },
      change(0, 2),
      change(1, -4),
    ];
  }),
  classical(
    "twostage",
    "N writers set one word, then another from it, under a mutex each; K readers follow",
    { N: 1, K: 1 },
    ({ N, K }, { word }) => {
      const [lockA, lockB, x, y] = [word(), word(), word(), word()];
      return [
        ...threads(N, function* () {
          yield mutexLock(lockA);
          yield writeOnce(x, 1);
          yield mutexUnlock(lockA);
          yield mutexLock(lockB);
          const r = yield readOnce(x);
          yield writeOnce(y, r + 1);
          yield mutexUnlock(lockB);
        }),
        ...threads(K, function* () {
          yield mutexLock(lockA);
          const t = yield readOnce(x);
          yield mutexUnlock(lockA);
          if (t === 0) return;
          yield mutexLock(lockB);
          yield readOnce(y);
          yield mutexUnlock(lockB);
        }),
      ];
    },
  ),
  classical("wronglock", "one thread takes one mutex, N others the wrong one", { N: 1 }, ({ N }, { word }) => {
    const [lockA, lockB, x] = [word(), word(), word()];
    return [
      function* () {
        yield mutexLock(lockA);
        yield readOnce(x);
        yield* increment(x);
        yield readOnce(x);
        yield mutexUnlock(lockA);
      },
      ...threads(N, function* () {
        yield* inside(lockB, increment(x));
      }),
    ];
  }),
  classical("tokenring", "four threads pass a token under one mutex", {}, (_, { word, array }) => {
    const [lock, token] = [word(), array(3)];
    const pass = (to: number, from: number, by: number) =>
      function* (): Access {
        yield mutexLock(lock);
        const value = yield read(token + from);
        yield write(token + to, (value + by) % 4);
        yield mutexUnlock(lock);
      };
    return [
      pass(0, 2, 1),
      pass(1, 0, 0),
      pass(2, 1, 0),
      function* () {
        yield mutexLock(lock);
        for (let i = 0; i < 3; i++) yield read(token + i);
        yield mutexUnlock(lock);
      },
    ];
  }),
];

function* inside(lock: Address, section: Access): Access {
  yield mutexLock(lock);
  yield* section;
  yield mutexUnlock(lock);
}
