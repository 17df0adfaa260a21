/**
 * Numbers of any size from their text, with every digit: a JavaScript number where that is the number written, a bigint
 * or a {@link Literal} where it is not. Equal numbers are one value, however they are written: 5, 5.0, 5N and 5M; 1/2
 * and 0.5.
 */
import { Literal } from "./literal.ts";

export type ExactNumber = number | bigint | Literal;

/** The limit on the digits that an exponent may add: a short text must not become a number of gigabytes. */
const EXPONENT_MAX = 400;
/** The limit on a number's characters; nobody writes longer ones. */
const LENGTH_MAX = 10_000;

const DECIMAL = /^([+-]?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;

/** @returns the number of `-12.50e3` or `2/6`; undefined for other text, or for an exponent beyond ±400 */
export function exactNumber(text: string): ExactNumber | undefined {
  if (text.length > LENGTH_MAX) return undefined;
  const slash = text.indexOf("/");
  if (slash !== -1) return ratio(text.slice(0, slash), text.slice(slash + 1));
  // Up to 15 digits a double is exact.
  if (text.length <= 15 && /^-?\d+$/.test(text)) return Number(text) + 0;
  const parts = DECIMAL.exec(text);
  if (parts === null) return undefined;
  const [, sign, whole = "", fraction = "", exponent = "0"] = parts;
  const power = Number(exponent);
  if (Math.abs(power) > EXPONENT_MAX) return undefined;
  const digits = BigInt(`${whole}${fraction}`);
  return decimal(sign === "-" ? -digits : digits, power - fraction.length);
}

/**
 * Whether a value is below (negative), equal to or above another; undefined if one is not a number, bigint or literal.
 */
export function compareNumbers(left: unknown, right: unknown): number | undefined {
  if (typeof left === "number" && typeof right === "number") return left - right;
  const [first, second] = [fractionOf(left), fractionOf(right)];
  if (first === undefined || second === undefined) return undefined;
  const difference = first.over * second.under - second.over * first.under;
  return difference === 0n ? 0 : difference < 0n ? -1 : 1;
}

/** The sum of two whole numbers with every digit: a number where that is exact. */
export function sumOf(left: number | bigint, right: number | bigint): number | bigint {
  if (typeof left === "number" && typeof right === "number") {
    const sum = left + right;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return narrowed(BigInt(left) + BigInt(right));
}

/** The left number minus the right one, with every digit; undefined if one is not a number. */
export function differenceOf(left: unknown, right: unknown): ExactNumber | undefined {
  if (Number.isSafeInteger(left) && Number.isSafeInteger(right)) {
    const difference = Number(left) - Number(right);
    if (Number.isSafeInteger(difference)) return difference;
  }
  const [first, second] = [fractionOf(left), fractionOf(right)];
  if (first === undefined || second === undefined) return undefined;
  return quotient(first.over * second.under - second.over * first.under, first.under * second.under);
}

/** The bigint as a number where that is exact. */
export function narrowed(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** `digits` · 10^`power`. */
function decimal(digits: bigint, power: number): ExactNumber {
  if (digits === 0n) return 0;
  let [value, scale] = [digits, power];
  while (scale < 0 && value % 10n === 0n) [value, scale] = [value / 10n, scale + 1];
  if (scale >= 0) return narrowed(value * 10n ** BigInt(scale));
  const plain = plainText(value, scale);
  const number = Number(plain);
  return plainTextOf(number) === plain ? number : Literal.of(`${plain}M`);
}

function ratio(over: string, under: string): ExactNumber | undefined {
  if (!/^[+-]?\d+$/.test(over) || !/^\d+$/.test(under) || BigInt(under) === 0n) return undefined;
  return quotient(BigInt(over.replace("+", "")), BigInt(under));
}

function quotient(over: bigint, under: bigint): ExactNumber {
  const divisor = greatestCommonDivisor(over < 0n ? -over : over, under);
  const [top, bottom] = [over / divisor, under / divisor];
  // A decimal if the denominator has no prime factors other than those of ten.
  let [rest, power] = [bottom, 0];
  let factor = 1n;
  while (rest % 10n === 0n) [rest, power] = [rest / 10n, power - 1];
  while (rest % 2n === 0n) [rest, power, factor] = [rest / 2n, power - 1, factor * 5n];
  while (rest % 5n === 0n) [rest, power, factor] = [rest / 5n, power - 1, factor * 2n];
  return rest === 1n ? decimal(top * factor, power) : Literal.of(`${top}/${bottom}`);
}

function greatestCommonDivisor(left: bigint, right: bigint): bigint {
  let [larger, smaller] = [left, right];
  while (smaller !== 0n) [larger, smaller] = [smaller, larger % smaller];
  return larger;
}

/** Without exponent and without zeros at the end: `-0.0125`. */
function plainText(digits: bigint, power: number): string {
  const text = String(digits < 0n ? -digits : digits).padStart(1 - power, "0");
  return `${digits < 0n ? "-" : ""}${text.slice(0, power)}.${text.slice(power)}`;
}

/** The shortest decimal that is read back as this double, without exponent. */
function plainTextOf(number: number): string | undefined {
  const parts = DECIMAL.exec(String(number));
  if (parts === null) return undefined;
  const [, sign, whole = "", fraction = "", exponent = "0"] = parts;
  const digits = BigInt(`${whole}${fraction}`);
  const power = Number(exponent) - fraction.length;
  return power >= 0 ? undefined : plainText(sign === "-" ? -digits : digits, power);
}

interface Fraction {
  readonly over: bigint;
  readonly under: bigint;
}

function fractionOf(value: unknown): Fraction | undefined {
  if (typeof value === "bigint") return { over: value, under: 1n };
  if (typeof value !== "number" && !(value instanceof Literal)) return undefined;
  const text = typeof value === "number" ? String(value) : value.edn.replace(/M$/, "");
  const [over = "", under] = text.split("/");
  const parts = DECIMAL.exec(over);
  if (parts === null) return undefined;
  const [, sign, whole = "", fraction = "", exponent = "0"] = parts;
  const digits = BigInt(`${whole}${fraction}`) * (sign === "-" ? -1n : 1n);
  const power = Number(exponent) - fraction.length;
  const bottom = under === undefined ? 1n : BigInt(under);
  return power >= 0
    ? { over: digits * 10n ** BigInt(power), under: bottom }
    : { over: digits, under: bottom * 10n ** BigInt(-power) };
}
