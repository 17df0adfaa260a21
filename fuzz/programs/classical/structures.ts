/** Lock-free structures: stack, queue, sequence lock, and a publication whose readers announce themselves. */
import {
  type Access,
  type Address,
  assertHolds,
  awaitEqual,
  cmpxchgRelaxed,
  readOnce,
  smpMb,
  writeOnce,
} from "#impl/memory/access.ts";
import { assume } from "#fuzz/explore/explored-program.ts";
import { classical, threads } from "./classical-program.ts";

const EVERY_BIT = -1;

export const structurePrograms = [
  classical(
    "treiber",
    "Treiber's stack: the first PUSH threads push and the rest pop, or with PUSHPOP each pushes, then pops",
    { N: 2, PUSH: 1, PUSHPOP: 0, loop_bound: 4 },
    ({ N, PUSH, PUSHPOP, loop_bound }, { word, array }) => {
      const [top, next] = [word(), array(N + 1)];
      return threads(N, function* (me) {
        if (PUSHPOP !== 0 || me < PUSH) yield* push(me + 1);
        if (PUSHPOP !== 0 || me >= PUSH) yield* pop();
      });

      function* push(node: number): Access {
        for (let round = 0; ; round++) {
          yield* assume(round < loop_bound);
          const found = yield readOnce(top);
          yield writeOnce(next + node, found);
          if ((yield cmpxchgRelaxed(top, found, node)) === found) return;
        }
      }

      function* pop(): Access {
        for (let round = 0; ; round++) {
          yield* assume(round < loop_bound);
          const found = yield readOnce(top);
          if (found === 0) return;
          const below = yield readOnce(next + found);
          if ((yield cmpxchgRelaxed(top, found, below)) === found) return;
        }
      }
    },
  ),
  classical(
    "msq",
    "the queue of Michael and Scott: the first PUSH threads enqueue, the rest dequeue",
    { N: 2, PUSH: 1, loop_bound: 4 },
    ({ N, PUSH, loop_bound }, { word, array }) => {
      const [head, tail, next] = [word(1), word(1), array(N + 2)];
      return threads(N, (me) => (me < PUSH ? enqueue(me + 2) : dequeue()));

      function* enqueue(node: number): Access {
        for (let round = 0; ; round++) {
          yield* assume(round < loop_bound);
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
          yield* assume(round < loop_bound);
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
    },
  ),
  classical(
    "seqlock",
    "a sequence lock: one writer, K times, and N - 1 readers of two words",
    { N: 2, K: 1 },
    ({ N, K }, { word }) => {
      const [x, y, z] = [word(), word(), word()];
      return [
        function* () {
          for (let i = 1; i <= K; i++) {
            const s = yield readOnce(x);
            yield writeOnce(x, s + 1);
            yield writeOnce(y, i);
            yield writeOnce(z, i);
            yield writeOnce(x, s + 2);
          }
        },
        ...threads(N - 1, function* () {
          const s = yield awaitEqual(x, 1, 0);
          const p = yield readOnce(y);
          const q = yield readOnce(z);
          yield awaitEqual(x, EVERY_BIT, s);
          yield assertHolds(p === q, `a reader found ${p} and ${q}, which were never there together`);
        }),
      ];
    },
  ),
  classical(
    "rcu",
    "a publication that waits for N - 1 readers before it takes the old value away",
    { N: 2 },
    ({ N }, { word, array }) => {
      const [x, a, b] = [word(), array(2), array(Math.max(2, N - 1))];
      return [
        function* () {
          yield writeOnce(a + 1, 7);
          yield writeOnce(x, 1);
          yield awaitEqual(b, EVERY_BIT, 0);
          yield awaitEqual(b + 1, EVERY_BIT, 0);
          yield writeOnce(a, -1);
        },
        ...threads(N - 1, (me) => readPublished(x, a, b + me)),
      ];
    },
  ),
];

function* readPublished(pointer: Address, data: Address, announcement: Address): Access {
  yield writeOnce(announcement, 1);
  yield smpMb();
  const published = yield readOnce(pointer);
  yield readOnce(data + published);
  yield writeOnce(announcement, 0);
}
