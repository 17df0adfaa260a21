/** Operations as data: the schema of external operations, and generators of operations. */
import * as fc from "fast-check";
import { z } from "zod";
import type { Arguments, Limit } from "./operation-arguments.ts";
import type { OperationTable } from "./operation-table.ts";

/** An operation of the table as plain JSON. */
export function operationSchemaOf(table: OperationTable): z.ZodType {
  const [first, ...rest] = Object.entries(table).map(([kind, { arguments: named }]) => {
    const fields = Object.entries(named).map(([name, { schema, isOptional }]) => [
      name,
      isOptional ? schema.optional() : schema,
    ]);
    return z.strictObject({ kind: z.literal(kind), ...Object.fromEntries(fields) });
  });
  if (first === undefined) throw new RangeError("a system must have at least one operation");
  return z.discriminatedUnion("kind", [first, ...rest]);
}

/** fast-check takes whole weights only: rows may have halves, thirds and the like. */
const WEIGHT_UNIT = 60;

/** Weights of drawing one of the few values and of drawing an interesting one. */
export interface ValueWeights {
  readonly few: number;
  readonly interesting: number;
}

/** Operations for generated scenarios, drawn by weight. */
export function operationArbitrary(table: OperationTable, weights: ValueWeights): fc.Arbitrary<unknown> {
  const weighted = Object.entries(table).flatMap(([kind, { arguments: named, row }]) => {
    const { weight = 1 } = row;
    const arbitrary = weight === 0 ? undefined : rowArbitrary(kind, named, weights);
    return arbitrary === undefined ? [] : [{ weight: Math.round(weight * WEIGHT_UNIT), arbitrary }];
  });
  return fc.oneof(...weighted);
}

function rowArbitrary(kind: string, named: Arguments, weights: ValueWeights): fc.Arbitrary<unknown> {
  const values = Object.fromEntries(
    Object.entries(named).map(([name, { values: few, interesting }]) => [
      name,
      weights.interesting === 0 || few === interesting
        ? few
        : fc.oneof({ weight: weights.few, arbitrary: few }, { weight: weights.interesting, arbitrary: interesting }),
    ]),
  );
  const requiredKeys = Object.keys(named).filter((name) => named[name]?.isOptional === false);
  return fc.record(values, { requiredKeys }).map((rest) => ({ kind, ...rest }));
}

/** Limits for generated scenarios: most are left at their defaults. */
export function limitsArbitrary(
  limits: Readonly<Record<string, Limit>>,
): fc.Arbitrary<Readonly<Record<string, number>>> {
  const tried = Object.entries(limits).filter(([, { values }]) => values.length > 0);
  const settings = tried.map(([name, { values }]) =>
    fc.option(fc.tuple(fc.constant(name), fc.constantFrom(...values))),
  );
  return fc.tuple(...settings).map((set) => Object.fromEntries(set.filter((one) => one !== null)));
}
