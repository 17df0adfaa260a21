/** The shape of tests in JSON. */

import { z } from "zod";

const whole = z.number("must be a number").int("must be a whole number");
const natural = whole.nonnegative("must not be negative");
const numeric = z.union([z.number(), z.bigint()], "must be a number");

export const OPERATORS = ["+", "-", "*", "&", "|", "^", "==", "!=", "<", ">"] as const;
export type OperatorName = (typeof OPERATORS)[number];

export type JsonExpression =
  | number
  | bigint
  | { readonly reg: string }
  | { readonly op: OperatorName; readonly a: JsonExpression; readonly b: JsonExpression };

const expression: z.ZodType<JsonExpression> = z.lazy(() =>
  z.union(
    [
      numeric,
      z.strictObject({ reg: z.string() }),
      z.strictObject({ op: z.enum(OPERATORS), a: expression, b: expression }),
    ],
    `must be a number, {"reg": NAME} or {"op": OPERATOR, "a": …, "b": …} with one of ${OPERATORS.join(" ")}`,
  ),
);

const MODIFICATIONS = ["add", "sub", "and", "or", "xor", "exchange"] as const;

const element = { array: z.string(), index: natural };
const result = { reg: z.string().optional() };

const simpleStatements = [
  z.strictObject({ op: z.literal("read"), ...element, ...result }),
  z.strictObject({ op: z.literal("load"), ...element, ...result }),
  z.strictObject({ op: z.literal("write"), ...element, value: expression }),
  z.strictObject({ op: z.literal("store"), ...element, value: expression, ...result }),
  z.strictObject({ op: z.literal(MODIFICATIONS), ...element, value: expression, ...result }),
  z.strictObject({ op: z.literal("compareExchange"), ...element, expected: expression, value: expression, ...result }),
  z.strictObject({ op: z.literal("wait"), ...element, value: expression, timeout: z.number().optional(), ...result }),
  z.strictObject({ op: z.literal("notify"), ...element, count: whole.optional(), ...result }),
  z.strictObject({ op: z.literal("dvget"), type: z.string(), byte: natural, ...result }),
  z.strictObject({ op: z.literal("dvset"), type: z.string(), byte: natural, value: expression }),
  z.strictObject({ op: z.literal("let"), reg: z.string(), value: expression }),
] as const;

export type SimpleStatement = z.infer<(typeof simpleStatements)[number]>;

interface JsonIf {
  readonly op: "if";
  readonly cond: JsonExpression;
  readonly then: readonly JsonStatement[];
  readonly else?: readonly JsonStatement[] | undefined;
}

export type JsonStatement = SimpleStatement | JsonIf;

const statements: z.ZodType<readonly JsonStatement[]> = z.lazy(() =>
  z.array(
    z.discriminatedUnion("op", [
      ...simpleStatements,
      // oxlint-disable-next-line unicorn/no-thenable -- the format's own name
      z.strictObject({ op: z.literal("if"), cond: expression, then: statements, else: statements.optional() }),
    ]),
  ),
);

export const jsonTest = z.strictObject({
  name: z.string(),
  family: z.string().optional(),
  js: z.array(z.string()).optional(),
  note: z.string().optional(),
  bytes: natural,
  arrays: z.record(z.string(), z.strictObject({ type: z.string(), offset: natural, length: natural })),
  init: z.array(z.strictObject({ ...element, value: numeric })).optional(),
  domain: z.array(numeric).optional(),
  agents: z.array(statements).min(1, "must have at least one agent"),
  final: z.array(z.strictObject(element)).optional(),
});

export type JsonTest = z.infer<typeof jsonTest>;
