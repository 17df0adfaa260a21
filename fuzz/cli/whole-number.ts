import { InvalidArgumentError } from "commander";

const SEED_MAX = 0xffff_ffff;
const WORKERS_MAX = 64;
const EXECUTIONS_MAX = 1_000_000_000_000;

/** Largest count of accesses and executions of one trace. */
export const COUNT_MAX = 999_999_999;

/**
 * Parses an option's whole number.
 *
 * @throws InvalidArgumentError if the text is not a whole number in that range
 */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (number >= min && number <= max) return number;
    throw new InvalidArgumentError(`it must be a whole number from ${min} to ${max}.`);
  };
}

export const parseSeed: (text: string) => number = wholeNumber(0, SEED_MAX);
export const parseWorkers: (text: string) => number = wholeNumber(1, WORKERS_MAX);
export const parseExecutions: (text: string) => number = wholeNumber(1, EXECUTIONS_MAX);

/** A seed for a run without one; it must be printed. */
export function drawSeed(): number {
  return Math.floor(Math.random() * (SEED_MAX + 1));
}
