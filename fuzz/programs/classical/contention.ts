/** Many threads at few words: counters, racing writers, compare-and-exchange, and what reads them. */
import { atomicAddReturnRelaxed, cmpxchgRelaxed, readOnce, writeOnce } from "#impl/memory/access.ts";
import { classical, increment, threads } from "./classical-program.ts";

const TABLE_WORDS = 128;
const INSERTS = 4;

export const contentionPrograms = [
  classical("ainc", "N threads add 1 to a word atomically, K times each", { N: 2, K: 1 }, ({ N, K }, { word }) => {
    const x = word();
    return threads(N, function* () {
      for (let i = 0; i < K; i++) yield atomicAddReturnRelaxed(x, 1);
    });
  }),
  classical("binc", "N threads add 1 to two words atomically", { N: 2 }, ({ N }, { array }) => {
    const a = array(2);
    return threads(N, function* () {
      for (let i = 0; i < 2; i++) yield atomicAddReturnRelaxed(a + i, 1);
    });
  }),
  classical("cinc", "N threads add 1 to three words atomically", { N: 2 }, ({ N }, { array }) => {
    const a = array(3);
    return threads(N, function* () {
      for (let i = 0; i < 3; i++) yield atomicAddReturnRelaxed(a + i, 1);
    });
  }),
  classical(
    "rinc",
    "N threads add 1 to a word in a read and a write, K times each",
    { N: 2, K: 1 },
    ({ N, K }, { word }) => {
      const x = word();
      return threads(N, function* () {
        for (let i = 0; i < K; i++) yield* increment(x);
      });
    },
  ),
  classical("nw1r", "N threads write a word, one more reads it", { N: 2 }, ({ N }, { word }) => {
    const x = word();
    return [
      ...threads(N, function* (me) {
        yield writeOnce(x, me + 1);
      }),
      function* () {
        yield readOnce(x);
      },
    ];
  }),
  classical("nw", "N threads write a word", { N: 2 }, ({ N }, { word }) => {
    const x = word();
    return threads(N, function* (me) {
      yield writeOnce(x, me + 1);
    });
  }),
  classical("1wnr", "one thread writes a word, N read it", { N: 2 }, ({ N }, { word }) => {
    const x = word();
    return [
      function* () {
        yield writeOnce(x, 42);
      },
      ...threads(N, function* () {
        yield readOnce(x);
      }),
    ];
  }),
  classical("wr", "N threads write a word, then read it", { N: 2 }, ({ N }, { word }) => {
    const x = word();
    return threads(N, function* (me) {
      yield writeOnce(x, me + 1);
      yield readOnce(x);
    });
  }),
  classical("rw", "N threads read a word, then write it", { N: 2 }, ({ N }, { word }) => {
    const x = word();
    return threads(N, function* (me) {
      yield readOnce(x);
      yield writeOnce(x, me + 1);
    });
  }),
  classical("casrot", "thread i exchanges i for i + 1", { N: 2 }, ({ N }, { word }) => {
    const x = word();
    return threads(N, function* (me) {
      yield cmpxchgRelaxed(x, me, me + 1);
    });
  }),
  classical("cas", "N threads exchange 0 for a number of their own", { N: 2 }, ({ N }, { word }) => {
    const x = word();
    return threads(N, function* (me) {
      yield cmpxchgRelaxed(x, 0, me + 1);
    });
  }),
  classical("casw", "N threads exchange 0 for 1, then write a number of their own", { N: 2 }, ({ N }, { word }) => {
    const x = word();
    return threads(N, function* (me) {
      yield cmpxchgRelaxed(x, 0, 1);
      yield writeOnce(x, me + 3);
    });
  }),
  classical(
    "lastzero",
    "a chain of N writers, and a reader that looks for the last zero",
    { N: 3 },
    ({ N }, { array }) => {
      const a = array(N + 1);
      return [
        function* () {
          let i = N;
          while ((yield readOnce(a + i)) !== 0) i--;
        },
        ...threads(N, function* (me) {
          const value = yield readOnce(a + me);
          yield writeOnce(a + me + 1, value + 1);
        }),
      ];
    },
  ),
  classical(
    "indexer",
    "N threads insert 4 values each into a hash table of 128 words",
    { N: 12 },
    ({ N }, { array }) => {
      const table = array(TABLE_WORDS);
      return threads(N, function* (me) {
        for (let i = 0; i < INSERTS; i++) {
          const value = 11 * i + me;
          let slot = (7 * value) % TABLE_WORDS;
          while ((yield cmpxchgRelaxed(table + slot, 0, value)) !== 0) slot = (slot + 1) % TABLE_WORDS;
        }
      });
    },
  ),
  classical("fib", "two threads add each other's word to their own, K times", { N: 2, K: 1 }, ({ K }, { array }) => {
    const words = array(2);
    return threads(2, function* (me) {
      for (let i = 0; i < K; i++) {
        const p = yield readOnce(words);
        const q = yield readOnce(words + 1);
        yield writeOnce(words + me, p + q);
      }
    });
  }),
  classical(
    "expbug",
    "a thread whose counter is read only if another saw its flag",
    { N: 2, K: 2 },
    ({ K }, { word }) => {
      const [x, y, z] = [word(), word(), word()];
      return [
        function* () {
          yield writeOnce(y, 0);
          yield writeOnce(y, 1);
          for (let i = 0; i < K; i++) yield atomicAddReturnRelaxed(x, 1);
        },
        function* () {
          for (let i = 0; i < K; i++) yield atomicAddReturnRelaxed(z, 1);
          if ((yield readOnce(y)) !== 0) yield readOnce(x);
        },
      ];
    },
  ),
  classical("reorder", "N threads set a word, then another; one reads both", { N: 1 }, ({ N }, { word }) => {
    const [x, y] = [word(), word()];
    return [
      ...threads(N, function* () {
        yield writeOnce(x, 1);
        yield writeOnce(y, -1);
      }),
      function* () {
        yield readOnce(x);
        yield readOnce(y);
      },
    ];
  }),
  classical("bluetooth", "the driver that stops while another thread begins a request", {}, (_, { word }) => {
    const [pending, stopping, event, stopped] = [word(1), word(), word(), word()];
    return [
      function* () {
        yield writeOnce(stopping, 1);
        const left = yield atomicAddReturnRelaxed(pending, -1);
        if (left === 0) yield writeOnce(event, 1);
        if ((yield readOnce(event)) !== 0) yield writeOnce(stopped, 1);
      },
      function* () {
        if ((yield readOnce(stopping)) === 0) {
          yield atomicAddReturnRelaxed(pending, 1);
          yield readOnce(stopped);
        }
        const left = yield atomicAddReturnRelaxed(pending, -1);
        if (left === 0) yield writeOnce(event, 1);
      },
    ];
  }),
];
