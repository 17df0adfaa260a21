import { InvalidArgumentError } from "commander";

const SEED_MAX = 0xffff_ffff;
const WORKERS_MAX = 64;
const EXECUTIONS_MAX = 1_000_000_000_000;

/** @throws InvalidArgumentError if `text` is no whole number of that range */
function parseWholeNumber(text: string, min: number, max: number): number {
  const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw new InvalidArgumentError(`it must be a whole number from ${min} to ${max}.`);
}

export function parseSeed(text: string): number {
  return parseWholeNumber(text, 0, SEED_MAX);
}

export function parseWorkers(text: string): number {
  return parseWholeNumber(text, 1, WORKERS_MAX);
}

export function parseExecutions(text: string): number {
  return parseWholeNumber(text, 1, EXECUTIONS_MAX);
}

/** A seed for a run that was given none; it must be printed. */
export function drawSeed(): number {
  return Math.floor(Math.random() * (SEED_MAX + 1));
}
