import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { type Access, readOnce, writeOnce } from "#impl/memory/access.ts";
import { exploreProgram } from "#fuzz/explore/explore-program.ts";
import { share, thread, toyProgram } from "#fuzz/programs/toy-program.ts";
import { systemsOfModule } from "#fuzz/subjects/user-module.ts";
import type { Program } from "#fuzz/machine/program.ts";

const folder = mkdtempSync(join(import.meta.dirname, "../../reports/javascript-"));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;

/** The program of a test with this text. */
async function programOf(body: string, head = ""): Promise<Program> {
  const path = join(folder, `test-${files++}.ts`);
  const importLine = 'import { sharedMemory } from "#fuzz/javascript/shared-memory.ts";';
  writeFileSync(path, `${importLine}\n${head}\nexport default sharedMemory({${body}});\n`);
  const [system] = await systemsOfModule(path);
  const [scenario] = system?.scenarios ?? [];
  if (system === undefined || scenario === undefined) throw new Error("no test");
  return system.compile(scenario);
}

async function verdictOf(body: string, head?: string): Promise<string> {
  const found = exploreProgram(await programOf(body, head), { checks: {}, shouldStop: () => false });
  if (found.violation !== undefined) return found.violation.violation.because;
  return found.complete ? `${found.executions}` : (found.notExplorable ?? "not complete");
}

const WORDS = "setUp: () => new Int32Array(new SharedArrayBuffer(8)),";

test("a test has as many executions as the same program written as generators", async () => {
  const written = toyProgram({
    name: "two increments",
    about: "two threads add 1 in a read and a write, twice",
    parameters: {},
    build(heap) {
      const { word } = share(heap, "shared", { word: 1 });
      function* add(): Access {
        for (let i = 0; i < 2; i++) {
          const found = yield readOnce(word);
          yield writeOnce(word, found + 1);
        }
      }
      return { threads: [thread("first", add), thread("second", add)] };
    },
  });
  const expected = exploreProgram(written.create(), { checks: {}, shouldStop: () => false });
  const add = "(words) => { for (let i = 0; i < 2; i++) words[0]++; }";
  expect(await verdictOf(`${WORDS} threads: { first: ${add}, second: ${add} }`)).toBe(`${expected.executions}`);
  expect(expected.executions).toBeGreaterThan(5);
});

test("callbacks of built-in methods, getters, constructors and generators may access shared memory", async () => {
  const head = `class Cell {
    #words; constructor(words) { this.#words = words; this.first = words[0]; }
    get value() { return Atomics.load(this.#words, 1); }
    *both() { yield this.first; yield this.value; }
  }`;
  const because = await verdictOf(
    `${WORDS} threads: {
      reader: (words) => [...new Cell(words).both()].concat([0, 1].map((at) => words[at])),
      writer(words) { words[0] = 1; words[1] = 2; },
    },
    after: ({ reader }) => reader.join() !== "0,2,1,2"`,
    head,
  );
  expect(because).toContain("reader returns [0,2,1,2]");
});

test("no catch or finally of the code prevents a run from being stopped", async () => {
  const body = `${WORDS} threads: {
    first(words) { try { words[0] = 1; } catch { return "caught"; } finally { words[1] = 1; } return "done"; },
    second(words) { for (;;) { try { if (words[1] === 1) return words[0]; } catch (error) { throw error; } } },
  },
  outcomes: [["done", 1]]`;
  expect(Number(await verdictOf(body))).toBeGreaterThan(0);
});

test("an exception is an immediate violation", async () => {
  const body = `${WORDS} threads: {
    first(words) { if (words[0] === 1) throw new Error("seen"); },
    second(words) { words[0] = 1; },
  }`;
  expect(await verdictOf(body)).toContain("Error: seen");
});

test("a byte and the word around it share memory", async () => {
  const body = `setUp: () => new SharedArrayBuffer(4), threads: {
    bytes(buffer) { new Uint8Array(buffer)[1] = 1; new Uint8Array(buffer)[0] = 1; },
    word: (buffer) => new Int32Array(buffer)[0],
  }, outcomes: [[undefined, 0], [undefined, 256], [undefined, 257]]`;
  expect(Number(await verdictOf(body))).toBeGreaterThanOrEqual(3);
  expect(await verdictOf(body.replace("[undefined, 256], ", ""))).toContain("word returns 256");
});

test("a sleeper is woken, or finds that it need not sleep", async () => {
  const body = `${WORDS} threads: {
    sleeper: (words) => Atomics.wait(words, 0, 0),
    waker(words) { Atomics.store(words, 0, 1); return Atomics.notify(words, 0); },
  }, outcomes: [["ok", 1], ["not-equal", 0]]`;
  expect(Number(await verdictOf(body))).toBeGreaterThan(1);
  expect(await verdictOf(body.replace("Atomics.store(words, 0, 1); ", ""))).toContain("waits");
});

test.each([
  ["a clock", "first: () => Date.now()", /Date in code under test: it reads the clock/],
  ["randomness", "first: () => Math.random()", /Math.random in code under test/],
  ["an asynchronous thread", "first: async () => 1", /thread "first" is asynchronous/],
  ["a timeout", "first: (words) => Atomics.wait(words, 0, 0, 10)", /timeout of 10 ms depends on a clock/],
  ["waitAsync", "first: (words) => Atomics.waitAsync(words, 0, 0)", /waitAsync is not supported/],
  ["a worker", "first: () => new Worker('x')", /Worker in code under test/],
  ["eval", "first: () => eval('1')", /eval makes code that cannot be checked/],
  ["a buffer that grows", "first: () => new SharedArrayBuffer(1, { maxByteLength: 2 })", /growable/],
  ["the engine's own array", "first: (words) => new globalThis.Int32Array(words.buffer)", /code that is not checked/],
  ["a buffer beyond the limit", "first: () => new SharedArrayBuffer(1e9)", /a test may use/],
])("%s is refused by name", async (_, threads, message) => {
  await expect(programOf(`${WORDS} threads: { ${threads} }`)).rejects.toThrow(message);
});

test("a test has one to sixteen threads", async () => {
  await expect(programOf(`${WORDS} threads: {}`)).rejects.toThrow(/there is no thread/);
  const many = Array.from({ length: 60 }, (_, i) => `t${i}: () => 1`).join();
  await expect(programOf(`${WORDS} threads: { ${many} }`)).rejects.toThrow(/there are 60 threads, and there may be/);
});

test("a thread that depends on an earlier run is refused", async () => {
  await expect(
    programOf(`${WORDS} threads: { first: (words) => words[count++ % 2] + words[0] }`, "let count = 0;"),
  ).rejects.toThrow(/does something else when it is run again/);
});

test.each(["Int8Array", "Uint16Array", "Int32Array", "Uint32Array", "BigInt64Array", "BigUint64Array"] as const)(
  "in a thread, atomic modifications of %s find and leave what the language's own do",
  async (name) => {
    const n = name.startsWith("Big") ? "n" : "";
    const steps = ["add 250", "sub 3", "and 214", "or 9", "xor 3", "exchange 7", "store 100"].map((step) => {
      const [operation, operand] = step.split(" ");
      return `Atomics.${operation}(words, 1, ${operand}${n})`;
    });
    const calls = `[${steps.join(", ")}, Atomics.compareExchange(words, 1, 100${n}, 5${n}), Atomics.compareExchange(words, 1, 4${n}, 6${n}), Atomics.load(words, 1), words[1], words[0]].map(String).join()`;
    const expected: unknown = new Function("words", `return ${calls}`)(
      new (globalThis[name] as Int32ArrayConstructor)(new SharedArrayBuffer(16)),
    );
    const body = (last: string): string =>
      `setUp: () => new ${name}(new SharedArrayBuffer(16)), threads: { first: (words) => ${calls} }, outcomes: [["${last}"]]`;
    expect(await verdictOf(body(String(expected)))).toBe("1");
    expect(await verdictOf(body("something else"))).toContain(String(expected));
  },
);

test("a wrong index or type makes Atomics throw the language's own error", async () => {
  const body = (expression: string): string =>
    `setUp: () => new SharedArrayBuffer(8), threads: { first: (buffer) => ${expression} }`;
  expect(await verdictOf(body("Atomics.load(new Int32Array(buffer), 2)"))).toContain("RangeError");
  expect(await verdictOf(body("Atomics.add(new Float64Array(buffer), 0, 1)"))).toContain("TypeError");
  expect(await verdictOf(body("Atomics.wait(new Uint8Array(buffer), 0, 1)"))).toContain("TypeError");
});
