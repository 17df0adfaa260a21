/** Small shapes in which memory models differ: who sees which write first. */
import { readOnce, smpMb, writeOnce } from "#impl/memory/access.ts";
import { classical, threads } from "./classical-program.ts";

export const litmusPrograms = [
  classical(
    "sb",
    "store buffering: each thread writes its own word and reads the next one's",
    { N: 2 },
    ({ N }, { array }) => {
      const a = array(N);
      return threads(N, function* (me) {
        yield writeOnce(a + me, 1);
        yield readOnce(a + ((me + 1) % N));
      });
    },
  ),
  classical("sbf", "store buffering with a full fence between the two accesses", { N: 2 }, ({ N }, { array }) => {
    const a = array(N);
    return threads(N, function* (me) {
      yield writeOnce(a + me, 1);
      yield smpMb();
      yield readOnce(a + ((me + 1) % N));
    });
  }),
  classical(
    "lb",
    "load buffering: each thread reads its own word and writes the next one's",
    { N: 2 },
    ({ N }, { array }) => {
      const a = array(N);
      return threads(N, function* (me) {
        yield readOnce(a + me);
        yield writeOnce(a + ((me + 1) % N), 1);
      });
    },
  ),
  classical("mp", "message passing: data, then a flag", {}, (_, { word }) => {
    const [x, y] = [word(), word()];
    return [
      function* () {
        yield writeOnce(x, 1);
        yield writeOnce(y, 1);
      },
      function* () {
        yield readOnce(y);
        yield readOnce(x);
      },
    ];
  }),
  classical(
    "mpn",
    "message passing to N - 1 consumers, which read the data if they see the flag",
    { N: 2 },
    ({ N }, { word }) => {
      const [x, y] = [word(), word()];
      return [
        function* () {
          yield writeOnce(x, 1);
          yield writeOnce(y, 1);
        },
        ...threads(N - 1, function* () {
          if ((yield readOnce(y)) !== 0) yield readOnce(x);
        }),
      ];
    },
  ),
  classical("iriw", "independent reads of independent writes", {}, (_, { word }) => {
    const [x, y] = [word(), word()];
    return [
      function* () {
        yield writeOnce(x, 1);
      },
      function* () {
        yield writeOnce(y, 1);
      },
      function* () {
        yield readOnce(x);
        yield readOnce(y);
      },
      function* () {
        yield readOnce(y);
        yield readOnce(x);
      },
    ];
  }),
  classical("wrc", "write-to-read causality over three threads", {}, (_, { word }) => {
    const [x, y] = [word(), word()];
    return [
      function* () {
        yield writeOnce(x, 1);
      },
      function* () {
        yield readOnce(x);
        yield writeOnce(y, 1);
      },
      function* () {
        yield readOnce(y);
        yield readOnce(x);
      },
    ];
  }),
  classical("isa2", "message passing by way of a third thread", {}, (_, { word }) => {
    const [x, y, z] = [word(), word(), word()];
    return [
      function* () {
        yield writeOnce(x, 1);
        yield writeOnce(y, 1);
      },
      function* () {
        yield readOnce(y);
        yield writeOnce(z, 1);
      },
      function* () {
        yield readOnce(z);
        yield readOnce(x);
      },
    ];
  }),
  classical("2p2w", "each thread writes its own word, then the next one's", { N: 2 }, ({ N }, { array }) => {
    const a = array(N);
    return threads(N, function* (me) {
      yield writeOnce(a + me, 1);
      yield writeOnce(a + ((me + 1) % N), 2);
    });
  }),
  classical("corr", "coherence of two reads of one word", {}, (_, { word }) => {
    const x = word();
    return [
      function* () {
        yield writeOnce(x, 1);
        yield writeOnce(x, 2);
      },
      function* () {
        yield readOnce(x);
        yield readOnce(x);
      },
    ];
  }),
  classical("coa", "coherence of two words that N more threads write", { N: 1 }, ({ N }, { word }) => {
    const [x, y, z] = [word(), word(), word()];
    return [
      function* () {
        yield writeOnce(x, 1);
        yield readOnce(y);
        yield readOnce(x);
      },
      function* () {
        yield writeOnce(x, 2);
        yield readOnce(z);
        yield readOnce(x);
      },
      ...threads(N, function* (me) {
        yield writeOnce(y, me + 2);
        yield writeOnce(z, me + 2);
      }),
    ];
  }),
  classical(
    "ringwr",
    "each thread adds 1 to what it reads in its word and puts that into the next, K times",
    { N: 3, K: 1 },
    ({ N, K }, { array }) => {
      const a = array(N);
      return threads(N, function* (me) {
        for (let i = 0; i < K; i++) {
          const value = yield readOnce(a + me);
          yield writeOnce(a + ((me + 1) % N), value + 1);
        }
      });
    },
  ),
];
