import { expect, test } from "vitest";
import { type Callable, forgottenYields } from "./forgotten-yields.ts";

const exported: ReadonlyMap<string, Callable> = new Map([
  ["readOnce", "access"],
  ["writeOnce", "access"],
  ["lock", "procedure"],
  ["place", undefined],
]);

const head = 'import { readOnce, writeOnce, lock, place } from "quiesce";\nimport * as q from "quiesce";\n';

/** Line and reason of each finding in the body of a procedure. */
function found(body: string): readonly string[] {
  const source = `${head}function* pop(x: number): Access<number> { return yield readOnce(x); }\n${body}`;
  const surroundings = { exported: (_specifier: string, name: string) => exported.get(name) };
  return forgottenYields(source, ["typescript"], surroundings).map(({ line, reason }) => `${line}: ${reason}`);
}

const within = (statement: string): readonly string[] => found(`function* body(x: number): Access {\n${statement}\n}`);

test("yielded accesses and running procedures are accepted", () => {
  for (const statement of [
    "yield writeOnce(x, yield readOnce(x));",
    "const seen = (yield readOnce(x)) as number;",
    "yield (x > 1 ? readOnce(x) : readOnce(x + 1));",
    "if (yield* pop(x)) yield* lock(x);",
    "yield* q.lock(x);",
    "const popping = pop(x); yield* popping;",
    "yield* both(pop(x), lock(x));",
    "const later = [() => pop(x), () => readOnce(x)];",
    "place(x);",
  ])
    expect([statement, within(statement)]).toEqual([statement, []]);
  expect(
    found("export const run = (x: number) => pop(x);\nconst operations = { pop: { run: (x) => pop(x) } };"),
  ).toEqual([]);
});

test("an access without yield is found, wherever its value goes", () => {
  const never = (name: string): readonly string[] => [
    `5: ${name}(…) is asked for and never yielded, so nothing happens; write yield ${name}(…)`,
  ];
  expect(within("writeOnce(x, 1);")).toEqual(never("writeOnce"));
  expect(within("const seen = readOnce(x);")).toEqual(never("readOnce"));
  expect(within("if (readOnce(x) === 1) return;")).toEqual(never("readOnce"));
  expect(within("yield writeOnce(x, readOnce(x));")).toEqual(never("readOnce"));
  expect(within("q.writeOnce(x, 1);")).toEqual(never("q.writeOnce"));
  expect(within("return readOnce(x);")).toEqual(never("readOnce"));
});

test("a procedure that is created and never run is found", () => {
  const never = (name: string): readonly string[] => [
    `5: ${name}(…) makes a procedure that never runs; write yield* ${name}(…)`,
  ];
  expect(within("lock(x);")).toEqual(never("lock"));
  expect(within("q.lock(x);")).toEqual(never("q.lock"));
  expect(within("const popped = pop(x);")).toEqual(never("pop"));
  expect(within("if (pop(x) === 1) return;")).toEqual(never("pop"));
  expect(within("return pop(x);")).toEqual(never("pop"));
  expect(found("class Stack { *push() {} *twice() {\nthis.push(); yield* this.push(); } }")).toEqual([
    "5: this.push(…) makes a procedure that never runs; write yield* this.push(…)",
  ]);
  expect(found("const stack = { *push() {} };\nfunction* body() { stack.push(); }")).toEqual([
    "5: stack.push(…) makes a procedure that never runs; write yield* stack.push(…)",
  ]);
});

test("swapped yield and yield* are found", () => {
  expect(within("yield lock(x);")).toEqual([
    "5: yield lock(…) yields a procedure that never runs; write yield* lock(…)",
  ]);
  expect(within("yield* readOnce(x);")).toEqual(["5: yield* readOnce(…) runs no procedure; write yield readOnce(…)"]);
});
