/**
 * The kernel's primitives that the model knows: the events of each, and its result.
 *
 * Source: Linux tools/memory-model/linux-kernel.def; suffixes as in Documentation/atomic_t.txt.
 */

import type { AccessTag, FenceTag } from "../event.ts";

type ArithmeticOperator = "+" | "-" | "&" | "|" | "^" | "andnot";

export type Primitive =
  | { readonly form: "load"; readonly tag: AccessTag }
  | { readonly form: "store"; readonly tag: AccessTag; readonly fenceAfter: boolean }
  | { readonly form: "fence"; readonly tag: FenceTag }
  | { readonly form: "exchange" | "compareExchange"; readonly tag: AccessTag }
  | { readonly form: "addUnless" }
  | {
      readonly form: "arithmetic";
      readonly operator: ArithmeticOperator;
      /** The right operand: the first argument, or 1. */
      readonly operand: "argument" | "one";
      readonly tag: AccessTag;
      readonly result: "none" | "old" | "new" | "isZero" | "isNegative";
    }
  | { readonly form: "lock" | "unlock" | "trylock" | "isLocked" }
  | { readonly form: "srcuLock" | "srcuUnlock" | "srcuGracePeriod" };

export interface Signature {
  readonly primitive: Primitive;
  readonly arity: number;
  /** The first argument must be written `*p`. */
  readonly dereferenced: boolean;
  /** Whether it has a result, and so stands in expressions. */
  readonly hasResult: boolean;
}

const SUFFIXES: readonly (readonly [string, AccessTag])[] = [
  ["", "Mb"],
  ["_relaxed", "Once"],
  ["_acquire", "Acq"],
  ["_release", "Rel"],
];

const signatures = new Map<string, Signature>();

function define(
  name: string,
  primitive: Primitive,
  arity: number,
  use: "statement" | "expression",
  pointer = "p",
): void {
  signatures.set(name, { primitive, arity, dereferenced: pointer === "*p", hasResult: use === "expression" });
}

for (const name of ["READ_ONCE", "rcu_dereference"]) define(name, { form: "load", tag: "Once" }, 1, "expression", "*p");
define("smp_load_acquire", { form: "load", tag: "Acq" }, 1, "expression");
define("atomic_read", { form: "load", tag: "Once" }, 1, "expression");
define("atomic_read_acquire", { form: "load", tag: "Acq" }, 1, "expression");

define("WRITE_ONCE", { form: "store", tag: "Once", fenceAfter: false }, 2, "statement", "*p");
define("atomic_set", { form: "store", tag: "Once", fenceAfter: false }, 2, "statement");
define("rcu_assign_pointer", { form: "store", tag: "Rel", fenceAfter: false }, 2, "statement", "*p");
define("smp_store_release", { form: "store", tag: "Rel", fenceAfter: false }, 2, "statement");
define("atomic_set_release", { form: "store", tag: "Rel", fenceAfter: false }, 2, "statement");
define("smp_store_mb", { form: "store", tag: "Once", fenceAfter: true }, 2, "statement", "*p");

const FENCES: readonly (readonly [string, FenceTag])[] = [
  ["smp_mb", "Mb"],
  ["smp_rmb", "Rmb"],
  ["smp_wmb", "Wmb"],
  ["barrier", "Barrier"],
  ["smp_mb__before_atomic", "BA"],
  ["smp_mb__after_atomic", "AA"],
  ["smp_mb__after_spinlock", "AS"],
  ["smp_mb__after_unlock_lock", "AUL"],
  ["smp_mb__after_srcu_read_unlock", "ASRU"],
  ["rcu_read_lock", "RLock"],
  ["rcu_read_unlock", "RUnlock"],
  ["synchronize_rcu", "GPR"],
  ["synchronize_rcu_expedited", "GPR"],
];
for (const [name, tag] of FENCES) define(name, { form: "fence", tag }, 0, "statement");

const OPERATORS: readonly (readonly [string, ArithmeticOperator])[] = [
  ["add", "+"],
  ["sub", "-"],
  ["and", "&"],
  ["or", "|"],
  ["xor", "^"],
  ["andnot", "andnot"],
];
const STEPS: readonly (readonly [string, ArithmeticOperator])[] = [
  ["inc", "+"],
  ["dec", "-"],
];

for (const [suffix, tag] of SUFFIXES) {
  for (const prefix of ["", "atomic_"]) {
    define(`${prefix}xchg${suffix}`, { form: "exchange", tag }, 2, "expression");
    define(`${prefix}cmpxchg${suffix}`, { form: "compareExchange", tag }, 3, "expression");
  }
  for (const [word, operator] of OPERATORS) {
    const arithmetic = { form: "arithmetic", operator, operand: "argument", tag } as const;
    define(`atomic_fetch_${word}${suffix}`, { ...arithmetic, result: "old" }, 2, "expression");
    if (word === "add" || word === "sub") {
      define(`atomic_${word}_return${suffix}`, { ...arithmetic, result: "new" }, 2, "expression");
    }
    if (word === "add")
      define(`atomic_add_negative${suffix}`, { ...arithmetic, result: "isNegative" }, 2, "expression");
  }
  for (const [word, operator] of STEPS) {
    const step = { form: "arithmetic", operator, operand: "one", tag } as const;
    define(`atomic_fetch_${word}${suffix}`, { ...step, result: "old" }, 1, "expression");
    define(`atomic_${word}_return${suffix}`, { ...step, result: "new" }, 1, "expression");
  }
}
for (const [word, operator] of OPERATORS) {
  define(
    `atomic_${word}`,
    { form: "arithmetic", operator, operand: "argument", tag: "NoRet", result: "none" },
    2,
    "statement",
  );
}
for (const [word, operator] of STEPS) {
  define(
    `atomic_${word}`,
    { form: "arithmetic", operator, operand: "one", tag: "NoRet", result: "none" },
    1,
    "statement",
  );
  define(
    `atomic_${word}_and_test`,
    { form: "arithmetic", operator, operand: "one", tag: "Mb", result: "isZero" },
    1,
    "expression",
  );
}
define(
  "atomic_sub_and_test",
  { form: "arithmetic", operator: "-", operand: "argument", tag: "Mb", result: "isZero" },
  2,
  "expression",
);
define("atomic_add_unless", { form: "addUnless" }, 3, "expression");

define("spin_lock", { form: "lock" }, 1, "statement");
define("spin_unlock", { form: "unlock" }, 1, "statement");
define("spin_trylock", { form: "trylock" }, 1, "expression");
define("spin_is_locked", { form: "isLocked" }, 1, "expression");
for (const name of ["srcu_read_lock", "srcu_down_read"]) define(name, { form: "srcuLock" }, 1, "expression");
for (const name of ["srcu_read_unlock", "srcu_up_read"]) define(name, { form: "srcuUnlock" }, 2, "statement");
for (const name of ["synchronize_srcu", "synchronize_srcu_expedited"])
  define(name, { form: "srcuGracePeriod" }, 1, "statement");

/** Every primitive by name. */
export const primitives: ReadonlyMap<string, Signature> = signatures;
