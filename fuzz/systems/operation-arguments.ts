/** The arguments of operations: their schemas, the values worth trying, and their parsed form for procedures. */
import * as fc from "fast-check";
import { z } from "zod";

/**
 * An argument of an operation: its schema as plain JSON, the values worth trying (the interesting ones among them), and
 * the value passed to procedures.
 */
export interface Argument<Raw, Value> {
  readonly schema: z.ZodType<Raw>;
  readonly values: fc.Arbitrary<Raw>;
  /** Boundary values: of a word, of a range, of values equal except for their last part. */
  readonly interesting: fc.Arbitrary<Raw>;
  readonly isOptional: boolean;
  /** Called once for each operation of a scenario. */
  parse(raw: Raw): Value;
}

/** An optional argument. */
export interface OptionalArgument<Raw, Value> extends Argument<Raw, Value> {
  readonly isOptional: true;
}

/**
 * @param values few, so that threads meet
 * @param interesting values at the boundaries, for generated scenarios; `values` if absent
 */
export function argument<Raw>(
  schema: z.ZodType<Raw>,
  values: fc.Arbitrary<NoInfer<Raw>>,
  interesting: fc.Arbitrary<NoInfer<Raw>> = values,
): Argument<Raw, Raw> {
  return { schema, values, interesting, isOptional: false, parse: (raw) => raw };
}

/** An argument that is any 32-bit whole number; `tried` are worth trying, most interesting first. */
export function word(...tried: readonly [number, ...number[]]): Argument<number, number> {
  return argument(z.int32(), fc.constantFrom(...tried));
}

/** An argument whose written form differs from its parsed value, such as an address as text. */
export function parsedArgument<Raw, Value>(
  schema: z.ZodType<Raw>,
  values: fc.Arbitrary<NoInfer<Raw>>,
  parse: (raw: NoInfer<Raw>) => Value,
  interesting: fc.Arbitrary<NoInfer<Raw>> = values,
): Argument<Raw, Value> {
  return { schema, values, interesting, isOptional: false, parse };
}

export function optional<Raw, Value>(required: Argument<Raw, Value>): OptionalArgument<Raw, Value> {
  return { ...required, isOptional: true };
}

export type Arguments = { readonly [name: string]: Argument<unknown, unknown> };

type OptionalNames<A> = {
  [Name in keyof A]: A[Name] extends OptionalArgument<unknown, unknown> ? Name : never;
}[keyof A];
type RawOf<A> = A extends Argument<infer Raw, infer _Value> ? Raw : never;
type ValueOf<A> = A extends Argument<infer _Raw, infer Value> ? Value : never;

/** The arguments of an operation as written in a scenario. */
export type RawValuesOf<A> = { readonly [Name in Exclude<keyof A, OptionalNames<A>>]: RawOf<A[Name]> } & {
  readonly [Name in OptionalNames<A>]?: RawOf<A[Name]> | undefined;
};

/** The arguments of an operation as passed to its procedure. */
export type ValuesOf<A> = { readonly [Name in Exclude<keyof A, OptionalNames<A>>]: ValueOf<A[Name]> } & {
  readonly [Name in OptionalNames<A>]?: ValueOf<A[Name]> | undefined;
};

/** The values passed to the procedure of an operation. */
export function parsedValues(named: Arguments, operation: object): object {
  const raw = new Map(Object.entries(operation));
  const values = Object.entries(named).flatMap(([name, { parse }]) => {
    const value: unknown = raw.get(name);
    return value === undefined ? [] : [[name, parse(value)]];
  });
  return Object.fromEntries(values);
}

/** A parameter of a system: its schema, with a default, and other values worth trying. */
export interface Limit {
  readonly schema: z.ZodDefault<z.ZodType<number>>;
  readonly values: readonly number[];
}

/** @param values besides the default, for generated scenarios: small ones, so that limits are reached, and extremes */
export function limit(schema: z.ZodDefault<z.ZodType<number>>, ...values: readonly number[]): Limit {
  return { schema, values };
}

/** The initial sequence of a sequence lock: even, since no thread writes. */
export const sequenceAtStart = z
  .int32()
  .refine((sequence) => sequence % 2 === 0, "must be even")
  .default(0);
