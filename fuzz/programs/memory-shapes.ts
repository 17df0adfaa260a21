/** Small shapes on which memory models differ: which thread sees which write first. */
import { type Address, readOnce, smpMb, writeOnce } from "#impl/memory/access.ts";
import type { ThreadBody } from "#fuzz/machine/program.ts";
import { share, thread, threads, type ToyProgram, toyProgram } from "./toy-program.ts";

/** A thread that writes 1 to each word in turn. */
const writer = (name: string, ...words: readonly Address[]): ThreadBody =>
  thread(name, function* () {
    for (const word of words) yield writeOnce(word, 1);
  });

/** A thread that reads each word in turn. */
const reader = (name: string, ...words: readonly Address[]): ThreadBody =>
  thread(name, function* () {
    for (const word of words) yield readOnce(word);
  });

/** A thread that reads one word, then writes 1 to another. */
const relay = (from: Address, to: Address): ThreadBody =>
  thread("relay", function* () {
    yield readOnce(from);
    yield writeOnce(to, 1);
  });

export const memoryShapes: readonly ToyProgram[] = [
  toyProgram({
    name: "sb",
    about: "store buffering: each thread writes its own word and reads the next one's",
    parameters: { N: 2 },
    build(heap, { N }) {
      const { a } = share(heap, "sb", { a: N });
      return {
        threads: threads("thread", N, function* (me) {
          yield writeOnce(a + me, 1);
          yield readOnce(a + ((me + 1) % N));
        }),
      };
    },
  }),
  toyProgram({
    name: "sbf",
    about: "store buffering with a full fence between the two accesses",
    parameters: { N: 2 },
    build(heap, { N }) {
      const { a } = share(heap, "sbf", { a: N });
      return {
        threads: threads("thread", N, function* (me) {
          yield writeOnce(a + me, 1);
          yield smpMb();
          yield readOnce(a + ((me + 1) % N));
        }),
      };
    },
  }),
  toyProgram({
    name: "lb",
    about: "load buffering: each thread reads its own word and writes the next one's",
    parameters: { N: 2 },
    build(heap, { N }) {
      const { a } = share(heap, "lb", { a: N });
      return {
        threads: threads("thread", N, function* (me) {
          yield readOnce(a + me);
          yield writeOnce(a + ((me + 1) % N), 1);
        }),
      };
    },
  }),
  toyProgram({
    name: "mp",
    about: "message passing: data, then a flag",
    parameters: {},
    build(heap) {
      const { x, y } = share(heap, "mp", { x: 1, y: 1 });
      return { threads: [writer("producer", x, y), reader("consumer", y, x)] };
    },
  }),
  toyProgram({
    name: "mpn",
    about: "message passing to N - 1 consumers, which read the data if they see the flag",
    parameters: { N: 2 },
    build(heap, { N }) {
      const { x, y } = share(heap, "mpn", { x: 1, y: 1 });
      return {
        threads: [
          writer("producer", x, y),
          ...threads("consumer", N - 1, function* () {
            if ((yield readOnce(y)) !== 0) yield readOnce(x);
          }),
        ],
      };
    },
  }),
  toyProgram({
    name: "iriw",
    about: "independent reads of independent writes",
    parameters: {},
    build(heap) {
      const { x, y } = share(heap, "iriw", { x: 1, y: 1 });
      return {
        threads: [
          writer("writer of x", x),
          writer("writer of y", y),
          reader("reader of x first", x, y),
          reader("reader of y first", y, x),
        ],
      };
    },
  }),
  toyProgram({
    name: "wrc",
    about: "write-to-read causality over three threads",
    parameters: {},
    build(heap) {
      const { x, y } = share(heap, "wrc", { x: 1, y: 1 });
      return { threads: [writer("writer", x), relay(x, y), reader("reader", y, x)] };
    },
  }),
  toyProgram({
    name: "isa2",
    about: "message passing through a third thread",
    parameters: {},
    build(heap) {
      const { x, y, z } = share(heap, "isa2", { x: 1, y: 1, z: 1 });
      return { threads: [writer("writer", x, y), relay(y, z), reader("reader", z, x)] };
    },
  }),
  toyProgram({
    name: "2p2w",
    about: "each thread writes its own word, then the next one's",
    parameters: { N: 2 },
    build(heap, { N }) {
      const { a } = share(heap, "2p2w", { a: N });
      return {
        threads: threads("thread", N, function* (me) {
          yield writeOnce(a + me, 1);
          yield writeOnce(a + ((me + 1) % N), 2);
        }),
      };
    },
  }),
  toyProgram({
    name: "corr",
    about: "coherence of two reads of one word",
    parameters: {},
    build(heap) {
      const { x } = share(heap, "corr", { x: 1 });
      return {
        threads: [
          thread("writer", function* () {
            yield writeOnce(x, 1);
            yield writeOnce(x, 2);
          }),
          reader("reader", x, x),
        ],
      };
    },
  }),
  toyProgram({
    name: "coa",
    about: "coherence of two words that N more threads write",
    parameters: { N: 1 },
    build(heap, { N }) {
      const { x, y, z } = share(heap, "coa", { x: 1, y: 1, z: 1 });
      const look = (name: string, value: number, other: Address): ThreadBody =>
        thread(name, function* () {
          yield writeOnce(x, value);
          yield readOnce(other);
          yield readOnce(x);
        });
      return {
        threads: [
          look("looks at y", 1, y),
          look("looks at z", 2, z),
          ...threads("writer", N, function* (me) {
            yield writeOnce(y, me + 2);
            yield writeOnce(z, me + 2);
          }),
        ],
      };
    },
  }),
  toyProgram({
    name: "ringwr",
    about: "each thread reads its word, adds 1 and writes the next word, K times",
    parameters: { N: 3, K: 1 },
    build(heap, { N, K }) {
      const { a } = share(heap, "ringwr", { a: N });
      return {
        threads: threads("thread", N, function* (me) {
          for (let i = 0; i < K; i++) {
            const value = yield readOnce(a + me);
            yield writeOnce(a + ((me + 1) % N), value + 1);
          }
        }),
      };
    },
  }),
];
