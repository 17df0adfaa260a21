import { expect, test } from "vitest";
import { LitmusError, positionAt } from "./litmus-error.ts";
import { parseLitmus } from "./parse.ts";

/** The message for a test with this body and condition. */
function messageFor(body: string, condition = "exists (x=1)", init = ""): string {
  return messageOf(`C t\n{${init}}\nP0(int *x)\n{\n${body}\n}\n${condition}\n`);
}

function messageOf(text: string): string {
  try {
    parseLitmus(text);
  } catch (error) {
    if (error instanceof LitmusError) return error.message;
    throw error;
  }
  return "no error";
}

test("errors are reported with line and column", () => {
  expect(messageFor("smp_memb();")).toBe("5:1: smp_memb is not supported: the memory model does not define it");
  expect(messageFor("r0 = atomic_swap(x);")).toContain("5:6: atomic_swap is not supported");
  expect(messageFor("while (1) r0 = 1;")).toBe("5:1: while: loops are not supported, write out the iterations");
  expect(messageFor("r0 = READ_ONCE(x);")).toBe(
    "5:16: READ_ONCE wants a dereference as its first argument, as in READ_ONCE(*p…)",
  );
  expect(messageFor("smp_mb(1);")).toBe("5:1: smp_mb takes 0 arguments, found 1");
  expect(messageFor("spin_lock();")).toBe("5:1: spin_lock takes 1 argument, found 0");
  expect(messageFor("r0 = smp_mb();")).toBe("5:6: smp_mb has no result, so it must be a statement");
  expect(messageFor("r0 = 1")).toBe('6:1: expected ";", found "}"');
  expect(messageFor("r0 + 1;")).toBe('5:4: expected "=" or a call, found "+"');
  expect(messageFor("r0 = ;")).toBe('5:6: expected an expression, found ";"');
  expect(messageFor("r0 = 1 ? 2 : 3;")).toBe('5:8: "?" has no meaning in a litmus test');
  expect(messageFor("r0 = 4294967296;")).toBe("5:6: 4294967296 does not fit into 32 bits");
  expect(messageFor("3 = r0;")).toBe('5:1: expected a statement, found "3"');
  expect(messageFor("smp_mb() /* no end")).toBe("5:10: this comment is never closed by */");
  expect(messageFor(`r0 = ${"(".repeat(200)}1;`)).toContain("nested more than 100 deep");
});

test("features of other dialects are rejected with a replacement", () => {
  const arrays = "arrays are not supported: write a variable for each element, such as";
  expect(messageFor("r0 = READ_ONCE(x[1]);")).toBe(`5:17: ${arrays} x0 and x1`);
  expect(messageFor("x[1] = 2;")).toBe(`5:2: ${arrays} x0 and x1`);
  expect(messageFor("int r[2];")).toBe(`5:6: ${arrays} r0 and r1`);
  expect(messageFor("r0 = 1;", "exists (x[1]=2)")).toBe(`7:10: ${arrays} x0 and x1`);
  expect(messageFor("r0 = 1;", "locations [a[0]]")).toBe(`7:13: ${arrays} a0 and a1`);
  expect(messageFor("r0 = 1;", "exists (x=1)", "int a[2] = {1, 2};")).toBe(`2:7: ${arrays} a0 and a1`);
  expect(messageOf("C t\n{}\nP0(int x[])\n{\nr0 = 1;\n}\n")).toBe(`3:9: ${arrays} x0 and x1`);

  const c11: readonly (readonly [string, string])[] = [
    ["r0 = atomic_load_explicit(x, memory_order_relaxed);", "READ_ONCE(*p)"],
    ["r0 = atomic_load_explicit(x, memory_order_acquire);", "smp_load_acquire(p)"],
    ["r0 = atomic_load(x);", "smp_mb(), then smp_load_acquire(p)"],
    ["atomic_store_explicit(x, 1, memory_order_release);", "smp_store_release(p, v)"],
    ["atomic_store_explicit(x, 1, memory_order_seq_cst);", "smp_store_release(p, v), then smp_mb()"],
    ["r0 = atomic_exchange_explicit(x, 1, memory_order_acq_rel);", "xchg(p, v)"],
    ["r0 = atomic_fetch_add_explicit(x, 1, memory_order_relaxed);", "atomic_fetch_add_relaxed(v, p)"],
    [
      "r0 = atomic_compare_exchange_strong_explicit(x, r1, 1, memory_order_acquire, memory_order_relaxed);",
      "cmpxchg_acquire(p, old, new), which returns what it found",
    ],
    ["atomic_thread_fence(memory_order_seq_cst);", "smp_mb()"],
    ["mtx_lock(x);", "spin_lock(s)"],
  ];
  for (const [statement, instead] of c11) {
    const name = /atomic_\w+|mtx_\w+/.exec(statement)?.[0] ?? "";
    expect(messageFor(statement)).toMatch(/^5:\d+: /);
    expect(messageFor(statement)).toContain(
      `${name} is not supported: the memory model does not define it; write ${instead}`,
    );
  }
  // Each call is reported with its own order.
  expect(messageFor("r0 = atomic_load(x); atomic_thread_fence(memory_order_acquire);")).toContain("smp_mb(), then");
});

test("types of C11 are read as every other type", () => {
  const declared = "P0(_Atomic int *x, _Atomic(int) *y, atomic_int *z)\n{\n_Atomic(int) r0 = READ_ONCE(*x);\n}";
  expect(messageOf(`C t\n{}\n${declared}\nexists (0:r0=1)\n`)).toBe("no error");
});

test("blocks between the initial values and the processes are skipped, whatever their contents", () => {
  const process = "P0(int *x)\n{\nr0 = 1;\n}\n";
  const blocks = [
    '{\n#include "shim.h"\n}\n',
    "{ static inline void f(void) { if (1) { g('}', \"}\"); } } }\n",
    "{ /* } */ // }\n @ $ }\n{ another }\n",
  ];
  for (const block of blocks) {
    expect(messageOf(`C t\n{ x=1; }\n${block}${process}exists (x=1)\n`)).toBe("no error");
    expect(messageOf(`C t\n{ x=1; }\n${process}${block}P1(int *x)\n{\nr0 = 1;\n}\nexists (x=1)\n`)).toBe("no error");
  }
  expect(messageOf(`C t\n{}\n{ int f(void) {\n${process}`)).toBe("3:1: this block is never closed by }");
  // Line counting continues.
  expect(messageOf(`C t\n{}\n{\n#define A\n}\nP0(int *x)\n{\nr0 = ;\n}\n`)).toMatch(/^8:6: /);
});

test("a condition with unknown names is rejected", () => {
  expect(messageFor("r0 = 1;", "exists (1:r0=1)")).toBe("7:9: no process P1: there is only P0");
  expect(messageFor("r0 = 1;", "exists (r0)")).toBe('7:11: expected "=" or "!=", found ")"');
  expect(messageFor("r0 = 1;", "exists (x=)")).toBe('7:11: expected a number, a variable or a register, found ")"');
  expect(messageFor("r0 = 1;", "exists (x=1")).toBe('8:1: expected ")", found the end of the file');
  expect(messageFor("r0 = 1;", "exists (x=1) P1")).toBe('7:14: expected the end of the file, found "P1"');
  expect(messageFor("r0 = 1;", "exists (z:r0=1)")).toBe('7:9: expected the number of a process, found "z"');
  expect(messageFor("r0 = 1;", "locations [x y] exists (x=1)")).toBe('7:14: expected ";" or "]", found "y"');
  expect(messageFor("r0 = 1;", "exists (x=1)", "7:r0=1;")).toBe("2:2: no process P7");
  expect(messageFor("r0 = 1;", "exists (x=1)", "q:r0=1;")).toBe("2:2: expected the number of a process");
  expect(messageFor("r0 = 1;", "exists (x=1)", "x=1 y=2")).toBe('2:6: expected ";" or "}", found "y"');
});

function process(name: string, parameters = "int *x"): string {
  return `${name}(${parameters})\n{\n}\n`;
}

function file(...processes: readonly string[]): string {
  return `C t\n{}\n${processes.join("")}exists (x=1)\n`;
}

test("processes are numbered in order, each once, with named parameters", () => {
  expect(messageOf(file(process("P0"), process("P0")))).toBe("6:1: P0 is defined twice");
  expect(messageOf(file(process("P0"), process("P2")))).toBe(
    '6:1: expected P1, found "P2": processes are numbered in order',
  );
  expect(messageOf(file(process("P0", "int *x, int *x")))).toBe("3:17: parameter x is named twice");
  expect(messageOf(file(process("P0", "x")))).toBe('3:4: expected the type of a parameter, found "x"');
  expect(messageOf(file(process("P0", "int *x int *y")))).toBe('3:11: expected "," or ")", found "int"');
  expect(messageOf(file(process("void Q0")))).toBe('3:6: expected P0, found "Q0": processes are numbered in order');
  expect(messageOf(file())).toBe('3:1: expected P0, the first process, found "exists"');
  expect(messageOf("C t\n{}\nP0(int *x)\n{\nr0 = 1;")).toBe('5:8: expected "}", found the end of the file');
});

test("a file that is not a litmus test is reported as such", () => {
  expect(messageOf("")).toBe("1:1: a litmus test starts with a line `C name`");
  expect(messageOf("X86 SB\n{}\n")).toBe("1:1: a litmus test starts with a line `C name`");
  expect(messageOf("C t\n")).toBe("2:1: expected { and the initial values, found the end of the file");
  expect(messageOf('C t\n"open {}')).toBe('2:1: this " is never closed');
  expect(messageOf("C t\n(* open {}")).toBe("2:1: this comment is never closed by *)");
  expect(messageOf(`C t\n${" ".repeat(1_000_000)}`)).toBe(
    "1:1: 1,000,004 characters are not a litmus test: the limit is 1,000,000",
  );
});

test("everything the dialect has is read", () => {
  const { test: parsed, warnings } = parseLitmus(`(* before *) C all/of-it+1
"quoted {" (* junk *)
Key=value
{
  int x = 1; y = -2; atomic_t a = ATOMIC_INIT(3); int *p = &x; q=y; 0:r5=x; int *P1:r6 = y; [z]; spinlock_t l; h=0x10
}
void P0(int *x, volatile int **p, struct srcu_struct *s) /* between */
{
  int r0;
  const int *r1 = (int *)READ_ONCE(*p); // C++ comment
  if (r0 == 0) { r0 = -1; } else r0 = 1;
  *(x) = r0 -1;
  **p = 2;
  (void)xchg(x, 1);
  r2 = *(*p);
}
P1(int *y) { }
locations [x; 0:r1 int*; [y]; P1:r6] (* comment *)
filter (x=1)
forall (0:r0 = 1 => x=p) \\/ y!=-2 (* end *)
`);
  expect(parsed.name).toBe("all/of-it+1");
  expect(parsed.processes.map(({ parameters }) => parameters)).toEqual([["x", "p", "s"], ["y"]]);
  expect(Object.fromEntries(parsed.variables)).toMatchObject({
    x: { value: 1 },
    y: { value: -2 },
    a: { value: 3 },
    p: { kind: "address", variable: "x" },
    q: { kind: "address", variable: "y" },
    z: { value: 0 },
    h: { value: 16 },
    s: { value: 0 },
  });
  expect(parsed.registers.map((registers) => [...registers])).toEqual([
    [["r5", { kind: "address", variable: "x" }]],
    [["r6", { kind: "address", variable: "y" }]],
  ]);
  expect(parsed.locations).toHaveLength(4);
  expect(parsed.quantifier).toBe("forall");
  expect(parsed.conditionText).toBe("forall (0:r0 = 1 => x=p) \\/ y!=-2");
  expect(warnings).toEqual([]);
});

test("a position counts lines and columns from 1", () => {
  expect(positionAt("ab\ncd\n", 0)).toEqual({ line: 1, column: 1 });
  expect(positionAt("ab\ncd\n", 4)).toEqual({ line: 2, column: 2 });
  expect(positionAt("ab\ncd\n", 6)).toEqual({ line: 3, column: 1 });
});
