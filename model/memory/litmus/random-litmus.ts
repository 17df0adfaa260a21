/** Random litmus tests of every primitive, for properties of the front end and the models. */

import fc from "fast-check";
import { primitives, type Signature } from "./primitives.ts";

const VARIABLES = ["x", "y"] as const;
const REGISTERS = ["r0", "r1"] as const;

const variable = fc.constantFrom(...VARIABLES);
const register = fc.constantFrom(...REGISTERS);
const operand = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 2 }).map(String) },
  { weight: 2, arbitrary: register },
  { weight: 1, arbitrary: register.map((name) => `${name} + 1`) },
);

/** A primitive's first argument: locks and SRCU domains have separate variables. */
function pointerFor({ primitive }: Signature): fc.Arbitrary<string> {
  switch (primitive.form) {
    case "lock":
    case "unlock":
    case "trylock":
    case "isLocked":
      return fc.constant("l");
    case "srcuLock":
    case "srcuUnlock":
    case "srcuGracePeriod":
      return fc.constant("d");
    default:
      return variable;
  }
}

function callOf(name: string, signature: Signature): fc.Arbitrary<string> {
  const { arity, dereferenced, hasResult, primitive } = signature;
  // Arithmetic takes its value first and its pointer last.
  const pointerLast = primitive.form === "arithmetic" && primitive.operand === "argument";
  return fc
    .tuple(pointerFor(signature), fc.array(operand, { minLength: 2, maxLength: 2 }), register)
    .map(([pointer, values, target]) => {
      const written = dereferenced ? `*${pointer}` : pointer;
      const rest = values.slice(0, Math.max(0, arity - 1));
      const given = arity === 0 ? [] : pointerLast ? [...rest, written] : [written, ...rest];
      const call = `${name}(${given.join(", ")})`;
      return hasResult ? `${target} = ${call};` : `${call};`;
    });
}

const calls = [...primitives].map(([name, signature]) => callOf(name, signature));
const plain = fc.oneof(
  fc.tuple(variable, operand).map(([name, value]) => `*${name} = ${value};`),
  fc.tuple(register, variable).map(([target, name]) => `${target} = *${name};`),
);
/** The commonest shapes more often than their share of the names. */
const simple = fc.oneof(
  { weight: 5, arbitrary: fc.oneof(...calls) },
  { weight: 2, arbitrary: fc.tuple(register, variable).map(([target, name]) => `${target} = READ_ONCE(*${name});`) },
  { weight: 2, arbitrary: fc.tuple(variable, operand).map(([name, value]) => `WRITE_ONCE(*${name}, ${value});`) },
  { weight: 1, arbitrary: fc.constant("smp_mb();") },
  { weight: 1, arbitrary: plain },
);
const locked = simple.map((inner) => `spin_lock(l); ${inner} spin_unlock(l);`);
const section = simple.map((inner) => `rcu_read_lock(); ${inner} rcu_read_unlock();`);
const branch = fc
  .tuple(register, fc.integer({ min: 0, max: 2 }), simple, fc.option(simple))
  .map(
    ([name, value, taken, other]) =>
      `if (${name} == ${value}) { ${taken} }${other === null ? "" : ` else { ${other} }`}`,
  );
const statement = fc.oneof(
  { weight: 12, arbitrary: simple },
  { weight: 3, arbitrary: locked },
  { weight: 1, arbitrary: section },
  { weight: 2, arbitrary: branch },
);

const process = fc.array(statement, { minLength: 1, maxLength: 4 });

/** The text of a test of one to three processes with one to four statements each. */
export const randomLitmus: fc.Arbitrary<string> = fc.array(process, { minLength: 1, maxLength: 3 }).map((processes) => {
  const parameters = "int *x, int *y, spinlock_t *l, struct srcu_struct *d";
  const bodies = processes.map((body, i) => `P${i}(${parameters})\n{\n\t${body.join("\n\t")}\n}\n`);
  const places = processes.flatMap((_, i) => REGISTERS.map((name) => `${i}:${name}`));
  return `C random\n\n{}\n\n${bodies.join("\n")}\nlocations [${places.join("; ")}; y]\nexists (0:r0=1 /\\ x=1)\n`;
});
