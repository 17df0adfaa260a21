import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { SourceMap } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import type { Access } from "#impl/memory/access.ts";
import { createHeap, type Heap } from "#impl/memory/heap.ts";
import { runAlone } from "#impl/memory/sequential.ts";
import { useWords } from "#impl/native/atomics.ts";
import { loadOnBothTargets } from "./both-targets.fixture.ts";
import type { FieldPlace } from "./inlining.ts";
import { PROCEDURES_HEAD, randomProcedures } from "./random-procedures.fixture.ts";
import { parseModule, type Translation, translateModule } from "./translate.ts";
import { TranslationError } from "./translation-error.ts";

const out = fileURLToPath(new URL("../../../reports/out", import.meta.url));
mkdirSync(out, { recursive: true });
const folder = mkdtempSync(join(out, "translate-"));
afterAll(() => rmSync(folder, { recursive: true }));

const nothing = { exported: new Set<string>(), members: new Set<string>() };
const other = { exported: new Set(["elsewhere"]), members: new Set(["run"]) };

function translated(source: string): Translation {
  return translateModule(parseModule("impl/example.ts", source), {
    isAccess: (specifier) => specifier === "access",
    lookUp: (specifier) => (specifier === "./other.ts" ? other : nothing),
    rename: (specifier) => specifier.replace(/\.ts$/u, ".js"),
  });
}

const HEAD = `import { type Access, atomicAddReturn, type RcuCallback, readOnce, spinLock, writeOnce } from "access"; import { elsewhere } from "./other.ts";\n`;

/** The refusals in `source`, which starts on line 2. */
function refusals(source: string): string[] {
  try {
    translated(HEAD + source);
  } catch (error) {
    if (error instanceof TranslationError)
      return error.refusals.map(({ file, line, column, reason }) => `${file}:${line}:${column} ${reason}`);
    throw error;
  }
  return [];
}

/**
 * Runs a procedure of one source on both targets, each on its own heap; returns their results and final memories.
 */
function runBoth(
  simulated: () => Access<unknown>,
  native: () => unknown,
): { readonly simulated: unknown; readonly native: unknown } {
  const outcomeOf = (heap: Heap, run: () => unknown): unknown => {
    for (let word = 1; word <= 8; word++) heap.words[word] = word * 3;
    let result: unknown;
    try {
      result = run();
    } catch (error) {
      result = String(error);
    }
    return [result, ...heap.words.slice(1, 10)];
  };
  const one = createHeap(16);
  const other = createHeap(16);
  useWords(new Int32Array(new SharedArrayBuffer(0)), () => {});
  return {
    simulated: outcomeOf(one, () => runAlone(one, simulated())),
    native: outcomeOf(other, () => {
      useWords(new Int32Array(other.words.buffer as SharedArrayBuffer), () => {});
      return native();
    }),
  };
}

test("stars and yields vanish, imports are redirected, lines and columns stay", () => {
  const source = `${HEAD}/** Doc. */\nexport function* next(word: number): Access<number> {\n  const seen = yield readOnce(word);\n  yield* elsewhere();\n  return seen + (yield atomicAddReturn(word, 1));\n}\n`;
  const { typescript, javascript } = translated(source);
  expect(typescript).toBe(
    `${HEAD.replace("./other.ts", "./other.js")}/** Doc. */\nexport function  next(word: number): Access<number> {\n  const seen =       readOnce(word);\n         elsewhere();\n  return seen + (      atomicAddReturn(word, 1));\n}\n`,
  );
  expect(javascript.split("\n").map((line) => line.length)).toEqual(typescript.split("\n").map((line) => line.length));
  expect(javascript).not.toMatch(/yield|function\*|Access</u);
});

test("the source map leads from a call back to its line and column", () => {
  const source = `${HEAD}export function* f(word: number): Access<number> {\n  return yield*\n    elsewhere(word);\n}\nexport const g = 1;\n`;
  const { javascript, map } = translated(source);
  const found = new SourceMap(JSON.parse(map));
  for (const [word, file] of [
    ["elsewhere(", "impl/example.ts"],
    ["g = 1", "impl/example.ts"],
  ] as const) {
    const lines = javascript.split("\n");
    const line = lines.findLastIndex((text) => text.includes(word));
    const entry = found.findEntry(line, lines[line]?.indexOf(word) ?? 0);
    const original = source.split("\n");
    expect(entry).toMatchObject({
      originalSource: file,
      originalLine: original.findLastIndex((text) => text.includes(word)),
    });
    expect(original[line]?.slice("originalColumn" in entry ? entry.originalColumn : -1)).toMatch(
      new RegExp(`^${word.slice(0, 4).trim()}`, "u"),
    );
  }
});

test("code that distinguishes a generator from a function is refused, with file, line, column and reason", () => {
  const cases: readonly (readonly [source: string, reason: string | RegExp])[] = [
    [
      "export function* f(): Access {\n  yield 1 as never;\n}",
      "impl/example.ts:3:3 a yield of something that is not an access",
    ],
    [
      "export function* f(): Access { yield (readOnce)(1); yield; }",
      /^impl\/example.ts:2:53 a yield of something that is not an access$/u,
    ],
    ["export function* f(g: () => number): Access { yield g(); }", /not an access$/u],
    ["export function* f(): Access { yield elsewhere(); }", /not an access: elsewhere is none$/mu],
    ["export function* f(): Access { yield Math.random(); }", /not an access$/u],
    [
      "export function* f(): Access { const kind = readOnce(1); yield readOnce(kind); }",
      "impl/example.ts:2:45 an access that is not yielded: readOnce must stand directly behind yield",
    ],
    ["export const load = readOnce;", /an access that is not yielded/u],
    [
      "export function* f(): Access { const running = elsewhere(); yield* running; }",
      /escapes as a value[\s\S]*kept as a value/u,
    ],
    [
      "export function* f(): Access { elsewhere(); }",
      /escapes as a value: a procedure is called with yield\*, at once$/u,
    ],
    ["export function f() { return elsewhere(); }", /escapes/u],
    ["export const f = () => elsewhere();", /escapes/u],
    ["export function* f(): Access { for (const kind of elsewhere()) yield* elsewhere(kind); }", /escapes/u],
    ["export function f() { return [...elsewhere()]; }", /escapes/u],
    ["export function f(pool: { run(): Access }) { return pool.run(); }", /escapes/u],
    ["export function f(pool: { go: () => Access }) { pool.go(); }", /escapes/u],
    ["export function f(run: () => Access) { run(); }", /escapes/u],
    ["export function f(callback: RcuCallback) { callback(1); }", /escapes/u],
    ["const local = function* (): Access { yield readOnce(1); }; local();", /escapes/u],
    ["const o = { *go(): Access { yield readOnce(1); } }; o.go();", /escapes/u],
    ["class C { *go(): Access { yield readOnce(1); } } new C().go();", /escapes/u],
    ["class C { go: RcuCallback = elsewhere; run() { this.go(1); } }", /escapes/u],
    ["const named = function* me(): Access { me(); };", /escapes/u],
    [
      "export function f(procedure: Access<number>) { return procedure; }",
      "impl/example.ts:2:30 a generator as a value: Access may stand only where a function says what it gives",
    ],
    ["export type Later = Access<number>;", /a generator as a value/u],
    ["export let one: Access[];", /a generator as a value/u],
    ["export function* f() { yield* elsewhere(); }", /a generator that is no procedure/u],
    ["export function* f(): Generator<number> { yield* elsewhere(); }", /a generator that is no procedure/u],
    ["export async function* f(): Access { yield* elsewhere(); }", /an async generator/u],
    ['import { request } from "access";', /request: what an access is asked for with exists under simulation only/u],
    ['import { ACCESS } from "access";', /ACCESS: /u],
    [
      "export function* f(): Access { const x = yield writeOnce(1, 2); }",
      /the result of writeOnce, which returns nothing of use/u,
    ],
    ["export function* f(): Access { if (yield spinLock(1)) return; }", /the result of spinLock/u],
    ["export function* f(): Access {\n  yield* }", /^impl\/example.ts:3:10 Unexpected token/u],
  ];
  for (const [source, reason] of cases) {
    const found = refusals(source).join("\n");
    if (typeof reason === "string") expect(found, source).toBe(reason);
    else expect(found, source).toMatch(reason);
  }
});

const PLACES: ReadonlyMap<string, FieldPlace> = new Map([
  ["left", { factor: 1, offset: 1 }],
  ["right", { factor: 1, offset: 2 }],
]);

test("on real threads, accesses and addresses of fields are inlined", () => {
  const source = `import { type Access, atomicAddReturn, cmpxchg, read, readOnce, write, writeOnce } from "access"; import { Peer, wordAt } from "./layout.ts"; import * as all from "./layout.ts";
export function* f(peer: number): Access<number> {
  yield write((Peer.left(peer)), (1, 2));
  yield write(Peer.left(peer), peer ? 1 : 2);
  yield writeOnce(
    Peer.right(peer ? 1 : 2),
    (yield readOnce(yield read(peer + 1))),
  );
  const [many] = [Peer.wordName(1), Peer.left((1, peer)), wordAt(1), all.Peer.left(1), Peer["left"](peer)];
  return (yield cmpxchg((peer), 1, (yield atomicAddReturn(peer, 1)))) + many;
}
`;
  const { javascript, map } = translateModule(parseModule("impl/example.ts", source), {
    isAccess: (specifier) => specifier === "access",
    lookUp: () => nothing,
    rename: (specifier) => specifier,
    inlining: {
      atomics: "./atomics.js",
      placeOf: (specifier, name, field) =>
        specifier === "./layout.ts" && name === "Peer" ? PLACES.get(field) : undefined,
    },
  });
  expect(javascript.replaceAll(/ +/gu, " "))
    .toBe(`import { words as $words } from "./atomics.js"; import { atomicAddReturn, cmpxchg, read, readOnce, write, writeOnce } from "access"; import { Peer, wordAt } from "./layout.ts"; import * as all from "./layout.ts";
export function f(peer ) {
 write((((peer) + 1)), (1, 2));
 $words[((peer) + 1)] = peer ? 1 : 2 ;
 Atomics.store($words, ((peer ? 1 : 2) + 2), Atomics.load($words, $words[peer + 1]));
 const [many] = [Peer.wordName(1), Peer.left((1, peer)), wordAt(1), all.Peer.left(1), Peer["left"](peer)];
 return ( Atomics.compareExchange($words, peer, 1, atomicAddReturn(peer, 1))) + many;
}
`);
  const lines = javascript.split("\n");
  const line = lines.findIndex((text) => text.includes("return"));
  expect(new SourceMap(JSON.parse(map)).findEntry(line, 4)).toMatchObject({ originalLine: 9 });
});

test("several refusals come in the order of the source, one line each", () => {
  expect(() => translated(`${HEAD}export function* f(): Access {\n  elsewhere();\n  yield 2;\n}`)).toThrow(
    "impl/example.ts:3:3: a generator that escapes as a value: a procedure is called with yield*, at once\nimpl/example.ts:4:3: a yield of something that is not an access",
  );
});

test("handlers, callbacks and members may be passed on: their callers delegate", () => {
  expect(
    refusals(`
export function* serve(handler: () => Access, one: { run(): Access; go: RcuCallback }): Access { yield* handler(); yield* one.run(); yield* one.go(1); }
export function* f(n: number): Access { yield* serve(() => elsewhere(n), { run: () => elsewhere(n), go: elsewhere }); }
export const table = { *run(): Access { yield readOnce(1); }, later: (n: number) => n };
export { readOnce } from "access";
export class Holder { readonly #go = (n: number): Access => elsewhere(n); later = () => elsewhere(1); *all(): Access { yield* this.#go(1); } }
export type Run = (n: number) => Access<number>;
export interface Works { run(n: number): Access<string>; readonly go: (n: number) => Access }
class Plain { run = 1; start(): number { return table.later(this.run); } }
export const plain = new Plain().start();
`),
  ).toEqual([]);
});

/** Programs whose meaning would change if a blank replaced `yield`; each exports `main`. */
const tricky: Readonly<Record<string, string>> = {
  "a line that ends behind yield*":
    "export function* main(): Access<number> {\n  return yield*\n    add(1)\n}\nfunction* add(x: number): Access<number> {\n  return yield atomicAddReturn(1, x)\n}",
  "a comment with a line end behind yield*":
    "export function* main(): Access<number> {\n  return yield* /* a\n b */ add(2)\n}\nfunction* add(x: number): Access<number> { return yield atomicAddReturn(1, x) }",
  "parentheses at the start of a line without semicolons":
    "export function* main(): Access<number> {\n  const f = add\n  yield* (f)(1)\n  let x = f\n  yield* (x as typeof add)(2)\n  return yield (readOnce(1) as any)\n}\nfunction* add(x: number): Access<number> { return yield atomicAddReturn(1, x) }",
  "a bracket and a function at the start of a statement":
    "export function* main(): Access<number> {\n  const all = [add]\n  yield* [add][0]!(1)\n  yield* (function* (): Access { yield writeOnce(2, 5) })()\n  if (all) yield* [add][0]!(3); else yield* (add)(4)\n  return yield readOnce(1)\n}\nfunction* add(x: number): Access<number> { return yield atomicAddReturn(1, x) }",
  "fields without semicolons before generator methods":
    "class Box {\n  get\n  *put(x: number): Access { yield writeOnce(1, x) }\n  static\n  *make(): Access<number> { return yield readOnce(2) }\n  static async\n  *more(): Access<number> { return yield readOnce(3) }\n}\nexport function* main(): Access<string> {\n  const box = new Box()\n  yield* box.put(7)\n  return [Object.keys(box), Object.keys(Box), yield* Box.make()].join()\n}",
  "private, computed and static methods":
    "const key = 'call'\nclass Box {\n  *#add(x: number): Access<number> { return yield atomicAddReturn(1, x) }\n  *[key](): Access<number> { return yield* this.#add(3) }\n  static  *  one (): Access<number> { return yield* new Box().call() }\n}\ninterface Box { call(): Access<number> }\nexport function* main(): Access<number> { return yield* Box.one() }",
  "order of evaluation in compound assignments and calls":
    "export function* main(): Access<string> {\n  let a = 1\n  a += (a = 5, yield atomicAddReturn(1, a))\n  const o = { x: yield readOnce(1), ...{ y: a }, z: [yield readOnce(2), yield* add(1), yield readOnce(1)] }\n  return JSON.stringify(o) + `${yield readOnce(3)}`\n}\nfunction* add(x: number): Access<number> { return yield atomicAddReturn(1, x) }",
  "branches that are never taken":
    "export function* main(): Access<number> {\n  const found = (yield readOnce(1)) === 3 || (yield* add(1)) === 9\n  const other = found && (yield readOnce(9)) === 4 ? yield readOnce(1) : yield readOnce(2)\n  return (other ?? (yield* add(5))) + (found ? 1 : 0)\n}\nfunction* add(x: number): Access<number> { return yield atomicAddReturn(1, x) }",
  "finally, throw and return across calls":
    "export function* main(): Access<string> {\n  const log: unknown[] = []\n  for (let i = 0; i < 3; i++) {\n    try { log.push(yield* risky(i)) } catch (error) { log.push(String(error)) } finally { log.push(yield readOnce(1)) }\n  }\n  return log.join()\n}\nfunction* risky(i: number): Access<number> {\n  try { if (i === 1) throw new Error('one'); return yield atomicAddReturn(1, i) } finally { yield writeOnce(1, 40 + i); if (i === 2) return -1 }\n}",
  "recursion, and closures in loops":
    "export function* main(): Access<number> {\n  const all: (() => number)[] = []\n  for (let i = yield readOnce(1); i < 6; i++) { const seen = yield* down(i); all.push(() => seen + i) }\n  return all.reduce((sum, one) => sum * 10 + one(), 0)\n}\nfunction* down(n: number): Access<number> { return n === 0 ? yield readOnce(1) : (yield* down(n - 1)) + n }",
  "yield in strings, comments, names and regular expressions":
    "// yield* add(1) /* function* */\nexport function* main(): Access<string> {\n  const yields = 'yield* x'; const text = `function* ${yield readOnce(1)} yield`\n  return yields + text + /yield\\*/u.source\n}",
  "a comma at the start of a statement":
    "export function* main(): Access<number> {\n  let x = 1\n  yield* (add)(1), x = 2\n  return x + (yield readOnce(1))\n}\nfunction* add(x: number): Access<number> { return yield atomicAddReturn(1, x) }",
  "types with stars and generics around calls":
    "type Fn<T> = (x: T) => Access<T>\nfunction* same<T>(x: T): Access<T> { yield writeOnce(1, 2); return x }\nexport function* main(): Access<number> {\n  const f: Fn<number> = same<number>\n  return (yield* same<number>(4)) * (yield* f(2)) + ((yield readOnce(1)) satisfies number) + (yield readOnce(2) as any)!\n}",
};

for (const [name, source] of Object.entries(tricky)) {
  test(`${name}: both targets give the same`, async () => {
    const { simulated, native } = await loadOnBothTargets(
      folder,
      name.replaceAll(/\W/gu, "-"),
      `import { type Access, atomicAddReturn, readOnce, writeOnce } from "access"\n${source}`,
    );
    const { main: simulatedMain } = simulated;
    const { main: nativeMain } = native;
    if (simulatedMain === undefined || nativeMain === undefined) throw new Error("main is missing");
    const outcome = runBoth(
      () => simulatedMain(),
      () => nativeMain(),
    );
    expect(outcome.native).toEqual(outcome.simulated);
    expect(String(outcome.simulated)).not.toMatch(/Error: (?!one)/u);
  });
}

test("1,000 generated programs give the same results on both targets", async () => {
  const programs = fc.sample(
    fc.tuple(randomProcedures("NAME"), fc.tuple(fc.integer(), fc.integer({ min: 0, max: 9 }), fc.integer())),
    { numRuns: 1_000, seed: 7 },
  );
  const results = new Set<string>();
  for (let from = 0; from < programs.length; from += 100) {
    const some = programs.slice(from, from + 100);
    const source = PROCEDURES_HEAD + some.map(([text], index) => text.replace("NAME", `p${index}`)).join("");
    const { simulated, native } = await loadOnBothTargets(folder, `generated-${from}`, source);
    for (const [index, [text, inputs]] of some.entries()) {
      const [one, other] = [simulated[`p${index}`], native[`p${index}`]];
      if (one === undefined || other === undefined) throw new Error(`p${index} is missing`);
      const outcome = runBoth(
        () => one(...inputs),
        () => other(...inputs),
      );
      expect(outcome.native, text).toEqual(outcome.simulated);
      results.add(JSON.stringify(outcome.simulated));
    }
  }
  expect(results.size).toBeGreaterThan(900); // they do different things
}, 60_000);
