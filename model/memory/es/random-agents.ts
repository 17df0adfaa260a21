/** Random programs of agents in the JSON notation: small ones of every operation, with ranges that overlap. */

import fc from "fast-check";

const place = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom({ array: "b", index: 0 }, { array: "b", index: 1 }) },
  { weight: 3, arbitrary: fc.constant({ array: "c", index: 0 }) },
  { weight: 2, arbitrary: fc.constant({ array: "h", index: 0 }) },
);
const register = fc.constantFrom("r0", "r1");
const constant = fc.constantFrom(1, 2, 257);
const operand = fc.oneof(
  { weight: 6, arbitrary: constant },
  { weight: 2, arbitrary: register.map((reg) => ({ reg })) },
  { weight: 1, arbitrary: register.map((reg) => ({ op: "+", a: { reg }, b: 1 })) },
);

type Statement = Readonly<Record<string, unknown>>;

const read = fc
  .tuple(fc.constantFrom("read", "load"), place, register)
  .map(([op, where, reg]): Statement => ({ op, ...where, reg }));
const write = fc
  .tuple(fc.constantFrom("write", "store"), place, operand)
  .map(([op, where, value]): Statement => ({ op, ...where, value }));
const modify = fc
  .tuple(fc.constantFrom("add", "sub", "and", "or", "xor", "exchange"), place, constant, register)
  .map(([op, where, value, reg]): Statement => ({ op, ...where, value, reg }));
const compareExchange = fc
  .tuple(fc.constantFrom(0, 1, 2), place, operand, register)
  .map(([expected, where, value, reg]): Statement => ({ op: "compareExchange", ...where, expected, value, reg }));
const dataView = fc
  .tuple(fc.constantFrom("Uint8", "Uint16"), fc.constantFrom(0, 1), constant, register, fc.boolean())
  .map(([type, byte, value, reg, isRead]): Statement =>
    isRead ? { op: "dvget", type, byte, reg } : { op: "dvset", type, byte, value },
  );
const access = fc.oneof(
  { weight: 4, arbitrary: read },
  { weight: 4, arbitrary: write },
  { weight: 1, arbitrary: modify },
  { weight: 1, arbitrary: compareExchange },
  { weight: 1, arbitrary: dataView },
);

const WAITED = { array: "x", index: 0 };
/** Differs from 0 in every byte, so that few writes can be the source of a byte. */
const SET = 0x01010101;
const waiting = fc.oneof(
  fc
    .tuple(fc.constantFrom(0, SET), fc.boolean(), register)
    .map(([value, ends, reg]): Statement => ({ op: "wait", ...WAITED, value, ...(ends ? { timeout: 5 } : {}), reg })),
  fc
    .tuple(fc.constantFrom(1, 2, undefined), register)
    .map(([count, reg]): Statement => ({ op: "notify", ...WAITED, ...(count === undefined ? {} : { count }), reg })),
  fc.constantFrom("write", "store").map((op): Statement => ({ op, ...WAITED, value: SET })),
  fc.constantFrom("read", "load").map((op): Statement => ({ op, array: "d", index: 0, reg: "r0" })),
  fc.constant<Statement>({ op: "write", array: "d", index: 0, value: 1 }),
);

function branchOf(inner: fc.Arbitrary<Statement>): fc.Arbitrary<Statement> {
  return fc
    .tuple(register, fc.constantFrom("==", "<"), fc.constantFrom(0, 1), inner, fc.option(inner))
    .map(([reg, op, b, taken, other]): Statement => ({
      op: "if",
      cond: { op, a: { reg }, b },
      // oxlint-disable-next-line unicorn/no-thenable -- the format's own name
      then: [taken],
      ...(other === null ? {} : { else: [other] }),
    }));
}

function agentsOf(inner: fc.Arbitrary<Statement>): fc.Arbitrary<readonly (readonly Statement[])[]> {
  const statement = fc.oneof({ weight: 6, arbitrary: inner }, { weight: 1, arbitrary: branchOf(inner) });
  return fc.array(fc.array(statement, { minLength: 1, maxLength: 3 }), { minLength: 2, maxLength: 3 });
}

/** Accesses of one and two bytes, by every operation except waits. */
export const randomAccesses: fc.Arbitrary<string> = fc
  .tuple(agentsOf(access), fc.option(fc.constantFrom(1, 258)), fc.array(place, { maxLength: 2 }))
  .map(([agents, initial, final]) =>
    JSON.stringify({
      name: "random",
      bytes: 3,
      arrays: {
        b: { type: "Uint8", offset: 0, length: 2 },
        h: { type: "Int16", offset: 0, length: 1 },
        c: { type: "Int8", offset: 2, length: 1 },
      },
      ...(initial === null ? {} : { init: [{ array: "h", index: 0, value: initial }] }),
      agents,
      final,
    }),
  );

/** Accesses of one byte by every operation except waits: no two of them overlap partially. */
export const randomCells: fc.Arbitrary<string> = randomAccesses.map((text) =>
  text.replaceAll('"array":"h"', '"array":"b"').replaceAll("Uint16", "Uint8"),
);

/** Waits and notifies on one cell, and accesses around them. */
export const randomWaits: fc.Arbitrary<string> = agentsOf(waiting).map((agents) =>
  JSON.stringify({
    name: "random waits",
    bytes: 5,
    arrays: { x: { type: "Int32", offset: 0, length: 1 }, d: { type: "Uint8", offset: 4, length: 1 } },
    agents,
    final: [{ array: "d", index: 0 }],
  }),
);

/** Agents that each read one cell and write another, so that the values they read may depend on those they write. */
export const randomCycles: fc.Arbitrary<string> = fc
  .array(
    fc.tuple(
      fc.constantFrom("read", "load"),
      fc.constantFrom("write", "store"),
      fc.oneof(constant, fc.constant({ reg: "r0" }), fc.constant({ op: "+", a: { reg: "r0" }, b: 1 })),
      fc.boolean(),
    ),
    { minLength: 2, maxLength: 3 },
  )
  .map((links) => {
    const agents = links.map(([read, write, value, isBranch], i): readonly Statement[] => {
      const store = { op: write, array: "b", index: (i + 1) % links.length, value };
      return [
        { op: read, array: "b", index: i, reg: "r0" },
        // oxlint-disable-next-line unicorn/no-thenable -- the format's own name
        isBranch ? { op: "if", cond: { reg: "r0" }, then: [store] } : store,
      ];
    });
    return JSON.stringify({
      name: "random cycle",
      bytes: 3,
      arrays: { b: { type: "Uint8", offset: 0, length: 3 } },
      domain: [7],
      agents,
      final: [{ array: "b", index: 0 }],
    });
  });
