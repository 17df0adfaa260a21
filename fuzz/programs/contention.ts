/** Many threads at few words: counters, racing writers, compare-and-exchange, and their readers. */
import {
  type Access,
  type Address,
  atomicAddReturnRelaxed,
  cmpxchgRelaxed,
  readOnce,
  writeOnce,
} from "#impl/memory/access.ts";
import { increase, share, thread, threads, type ToyProgram, toyProgram } from "./toy-program.ts";

const TABLE_WORDS = 128;
const INSERTS = 4;

/** A program of N threads at one word. */
function atOneWord(name: string, about: string, body: (x: Address, me: number) => Access): ToyProgram {
  return toyProgram({
    name,
    about,
    parameters: { N: 2 },
    build(heap, { N }) {
      const { x } = share(heap, name, { x: 1 });
      return { threads: threads("thread", N, (me) => body(x, me)) };
    },
  });
}

/** A program of N threads that each add 1 to every word, atomically. */
function addersTo(name: string, count: number, words: string): ToyProgram {
  return toyProgram({
    name,
    about: `N threads add 1 to ${words} atomically`,
    parameters: { N: 2 },
    build(heap, { N }) {
      const { a } = share(heap, name, { a: count });
      return {
        threads: threads("adder", N, function* () {
          for (let i = 0; i < count; i++) yield atomicAddReturnRelaxed(a + i, 1);
        }),
      };
    },
  });
}

export const contention: readonly ToyProgram[] = [
  toyProgram({
    name: "ainc",
    about: "N threads add 1 to a word atomically, K times each",
    parameters: { N: 2, K: 1 },
    build(heap, { N, K }) {
      const { x } = share(heap, "ainc", { x: 1 });
      return {
        threads: threads("adder", N, function* () {
          for (let i = 0; i < K; i++) yield atomicAddReturnRelaxed(x, 1);
        }),
      };
    },
  }),
  addersTo("binc", 2, "two words"),
  addersTo("cinc", 3, "three words"),
  toyProgram({
    name: "rinc",
    about: "N threads add 1 to a word in a read and a write, K times each",
    parameters: { N: 2, K: 1 },
    build(heap, { N, K }) {
      const { x } = share(heap, "rinc", { x: 1 });
      return {
        threads: threads("adder", N, function* () {
          for (let i = 0; i < K; i++) yield* increase(x);
        }),
      };
    },
  }),
  toyProgram({
    name: "nw1r",
    about: "N threads write a word, one more reads it",
    parameters: { N: 2 },
    build(heap, { N }) {
      const { x } = share(heap, "nw1r", { x: 1 });
      return {
        threads: [
          ...threads("writer", N, function* (me) {
            yield writeOnce(x, me + 1);
          }),
          thread("reader", function* () {
            yield readOnce(x);
          }),
        ],
      };
    },
  }),
  atOneWord("nw", "N threads write a word", function* (x, me) {
    yield writeOnce(x, me + 1);
  }),
  toyProgram({
    name: "1wnr",
    about: "one thread writes a word, N read it",
    parameters: { N: 2 },
    build(heap, { N }) {
      const { x } = share(heap, "1wnr", { x: 1 });
      return {
        threads: [
          thread("writer", function* () {
            yield writeOnce(x, 42);
          }),
          ...threads("reader", N, function* () {
            yield readOnce(x);
          }),
        ],
      };
    },
  }),
  atOneWord("wr", "N threads write a word, then read it", function* (x, me) {
    yield writeOnce(x, me + 1);
    yield readOnce(x);
  }),
  atOneWord("rw", "N threads read a word, then write it", function* (x, me) {
    yield readOnce(x);
    yield writeOnce(x, me + 1);
  }),
  atOneWord("casrot", "thread i exchanges i for i + 1", function* (x, me) {
    yield cmpxchgRelaxed(x, me, me + 1);
  }),
  atOneWord("cas", "N threads exchange 0 for a number of their own", function* (x, me) {
    yield cmpxchgRelaxed(x, 0, me + 1);
  }),
  atOneWord("casw", "N threads exchange 0 for 1, then write a number of their own", function* (x, me) {
    yield cmpxchgRelaxed(x, 0, 1);
    yield writeOnce(x, me + 3);
  }),
  toyProgram({
    name: "lastzero",
    about: "a chain of N writers, and a reader that looks for the last zero",
    parameters: { N: 3 },
    build(heap, { N }) {
      const { a } = share(heap, "lastzero", { a: N + 1 });
      return {
        threads: [
          thread("reader", function* () {
            let i = N;
            while ((yield readOnce(a + i)) !== 0) i--;
          }),
          ...threads("writer", N, function* (me) {
            const value = yield readOnce(a + me);
            yield writeOnce(a + me + 1, value + 1);
          }),
        ],
      };
    },
  }),
  toyProgram({
    name: "indexer",
    about: "N threads insert 4 values each into a hash table of 128 words",
    parameters: { N: 12 },
    build(heap, { N }) {
      const { table } = share(heap, "indexer", { table: TABLE_WORDS });
      return {
        threads: threads("thread", N, function* (me) {
          for (let i = 0; i < INSERTS; i++) {
            const value = 11 * i + me;
            let slot = (7 * value) % TABLE_WORDS;
            while ((yield cmpxchgRelaxed(table + slot, 0, value)) !== 0) slot = (slot + 1) % TABLE_WORDS;
          }
        }),
      };
    },
  }),
  toyProgram({
    name: "fib",
    about: "two threads add each other's word to their own, K times",
    parameters: { N: 2, K: 1 },
    build(heap, { K }) {
      const { sums } = share(heap, "fib", { sums: 2 });
      return {
        threads: threads("thread", 2, function* (me) {
          for (let i = 0; i < K; i++) {
            const p = yield readOnce(sums);
            const q = yield readOnce(sums + 1);
            yield writeOnce(sums + me, p + q);
          }
        }),
      };
    },
  }),
  toyProgram({
    name: "expbug",
    about: "a thread whose counter is read only if another saw its flag",
    parameters: { N: 2, K: 2 },
    build(heap, { K }) {
      const { x, y, z } = share(heap, "expbug", { x: 1, y: 1, z: 1 });
      return {
        threads: [
          thread("counts x", function* () {
            yield writeOnce(y, 0);
            yield writeOnce(y, 1);
            for (let i = 0; i < K; i++) yield atomicAddReturnRelaxed(x, 1);
          }),
          thread("counts z", function* () {
            for (let i = 0; i < K; i++) yield atomicAddReturnRelaxed(z, 1);
            if ((yield readOnce(y)) !== 0) yield readOnce(x);
          }),
        ],
      };
    },
  }),
];
