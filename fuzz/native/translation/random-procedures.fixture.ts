/**
 * Random procedures as source text: accesses in every position of an expression, under every kind of statement. They
 * terminate, use words 1 to 8, and stay within int32.
 */
import * as fc from "fast-check";

/** The first lines of a module that holds such procedures. */
export const PROCEDURES_HEAD = `import { type Access, assertHolds, atomicAdd, atomicAddReturn, atomicAddReturnRelease, cmpxchg, cmpxchgAcquire, loadAcquire, read, readOnce, rcuAssignPointer, rcuDereference, smpMb, smpWmb, storeRelease, write, writeOnce, xchg, xchgRelaxed } from "access";
function* twice(x: number): Access<number> {
  const before = yield atomicAddReturn(1 + (x & 7), x);
  yield smpMb();
  return (before ^ (yield readOnce(1 + (before & 7)))) | 0;
}
function* increase(word: number): Access {
  yield atomicAdd(1 + (word & 7), 1);
}
function* through(run: (x: number) => Access<number>, x: number): Access<number> {
  return yield* run(x);
}
`;

type Grammar = Record<"expression" | "access" | "store" | "statement" | "block", string>;

/** Concatenates parts: drawn ones between fixed ones. */
function text(...parts: readonly (string | fc.Arbitrary<string>)[]): fc.Arbitrary<string> {
  return fc
    .tuple(...parts.map((part) => (typeof part === "string" ? fc.constant(part) : part)))
    .map((drawn) => drawn.join(""));
}

const { statement: statements } = fc.letrec<Grammar>((tie) => {
  const e = tie("expression");
  const word = text("1 + (", e, " & 7)");
  const variable = fc.constantFrom("a", "b", "c");
  return {
    access: fc.oneof(
      text(fc.constantFrom("read", "readOnce", "loadAcquire", "rcuDereference"), "(", word, ")"),
      text(
        fc.constantFrom("xchg", "xchgRelaxed", "atomicAddReturn", "atomicAddReturnRelease"),
        "(",
        word,
        ", ",
        e,
        ")",
      ),
      text(fc.constantFrom("cmpxchg", "cmpxchgAcquire"), "(", word, ", ", e, ", ", e, ")"),
    ),
    store: fc.oneof(
      text(
        fc.constantFrom("write", "writeOnce", "storeRelease", "rcuAssignPointer", "atomicAdd"),
        "(",
        word,
        ", ",
        e,
        ")",
      ),
      fc.constantFrom("smpMb()", "smpWmb()", 'assertHolds(true, "so it is")'),
    ),
    expression: fc.oneof(
      { maxDepth: 3, depthSize: "xsmall", withCrossShrink: true },
      variable,
      fc.integer({ min: -9, max: 9 }).map((number) => `(${number})`),
      text("(yield ", tie("access"), ")"),
      text("(yield* twice(", e, "))"),
      text("(yield* (", e, " & 1 ? twice(", e, ") : through((x) => twice(x), ", e, ")))"),
      text("(", e, fc.constantFrom(" + ", " ^ ", " - ", " & ", " && ", " || "), e, " | 0)"),
      text("(", e, " < ", e, " ? ", e, " : ", e, ")"),
      text("[", e, ", ", e, "][", e, " & 1]!"),
      text("({ x: ", e, ", y: ", e, " }).x"),
      text("Math.imul(", e, ", ", e, ")"),
      text("`", "${", e, "}${", e, "}`.length"),
      text("(", variable, " = ", e, ", ", e, ")"),
      text("(", variable, " += yield ", tie("access"), ", ", variable, " |= 0)"),
    ),
    block: fc.array(tie("statement"), { minLength: 1, maxLength: 3 }).map((inside) => `{ ${inside.join("\n")} }`),
    statement: fc.oneof(
      { maxDepth: 3, depthSize: "xsmall" },
      text("yield ", tie("store"), ";"),
      text("yield ", tie("access"), ";"),
      text("yield* increase(", e, ");"),
      text(variable, " = (", e, ") | 0;"),
      text("[a, b] = [", e, ", yield ", tie("access"), "];"),
      text("if (", e, ") ", tie("block"), " else ", tie("block")),
      text("if (", e, " & 1) yield ", tie("store"), "; else yield ", tie("access"), ";"),
      text("for (let i = 0; i < 3; i++) ", tie("block")),
      text("for (const one of [", e, ", yield ", tie("access"), "]) { c ^= one; ", tie("statement"), " }"),
      text(
        "for (let n = 0; n < 4; n++) { if (yield ",
        tie("access"),
        ") continue; ",
        tie("statement"),
        " if (",
        e,
        " & 1) break; }",
      ),
      text(
        "switch (",
        e,
        " & 3) { case 0: ",
        tie("statement"),
        " break; case (yield ",
        tie("access"),
        "): ",
        tie("statement"),
        " default: ",
        tie("statement"),
        " }",
      ),
      text(
        "try { ",
        tie("statement"),
        " if (",
        e,
        ' & 1) throw new Error("so drawn"); ',
        tie("statement"),
        " } catch { ",
        tie("statement"),
        " } finally { ",
        tie("statement"),
        " }",
      ),
      text("{ const { x = yield ", tie("access"), " } = ", e, " & 1 ? { x: ", e, " } : {}; a ^= x; }"),
      text("if ((", e, " & 7) === 7) return yield* twice(", e, ");"),
      text("if ((", e, " & 7) === 6) return yield*\n  twice(", e, ");"),
    ),
  };
});

/** A procedure of that name: three inputs, one number. */
export function randomProcedures(name: string): fc.Arbitrary<string> {
  return fc
    .array(statements, { minLength: 2, maxLength: 3 })
    .map(
      (body) =>
        `export function* ${name}(a: number, b: number, c: number): Access<number> {\n${body.join("\n")}\nreturn (a ^ b ^ c) | 0;\n}\n`,
    );
}
