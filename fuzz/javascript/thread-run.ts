/**
 * Runs a thread's code unmodified, without turning it into a generator, and stops it at any access.
 *
 * A run is given the results of its first accesses. At the next access it is stopped by an exception that it cannot
 * catch (`rewrite-module.ts` ensures that), and that access is the run's result. So a thread is resumed by running it
 * again from its start; `local-states.ts` remembers the result of each run, so that no run is repeated. The whole
 * language works in such code, including callbacks of built-in methods, getters and constructors.
 *
 * In return, the thread must be deterministic: it must do the same when it finds the same values. An access that
 * differs from the one requested at this point before is reported as an error.
 */
import { InputError } from "#fuzz/host/input-error.ts";
import type { Bits } from "./element-type.ts";
import { isSameAccess, type SharedAccess } from "./shared-access.ts";

/** The call site of an access: an error whose stack contains it. */
export interface CallSite {
  readonly stack?: string;
}

/** The next step of a thread, given what it has found so far. */
export type Step =
  | { readonly kind: "access"; readonly access: SharedAccess; readonly at: CallSite }
  | { readonly kind: "returned"; readonly value: unknown }
  | { readonly kind: "threw"; readonly error: unknown };

/** The accesses of a run so far, and what they found. */
export interface Past {
  readonly accesses: readonly SharedAccess[];
  readonly found: readonly Bits[];
}

/** Thrown to stop a run. A single object, so that code that catches it by accident is noticed at the next access. */
const STOP: unique symbol = Symbol("the run is stopped");

interface Run {
  readonly past: Past;
  at: number;
  next: { readonly access: SharedAccess; readonly at: CallSite } | undefined;
}

let run: Run | undefined;

/** Is a thread running whose accesses are the machine's? */
export function isThreadRunning(): boolean {
  return run !== undefined;
}

/**
 * Runs `act` until it requests an access beyond its past, returns or throws.
 *
 * @throws InputError if it does not repeat the accesses of its past
 */
export function runThread(past: Past, act: () => unknown): Step {
  const mine: Run = { past, at: 0, next: undefined };
  const outer = run;
  run = mine;
  try {
    const value = act();
    if (mine.next !== undefined) return { kind: "access", ...mine.next };
    if (mine.at < past.found.length) throw notDeterministic(past.accesses[mine.at]);
    return { kind: "returned", value };
  } catch (error) {
    if (mine.next !== undefined) return { kind: "access", ...mine.next };
    if (error instanceof InputError) throw error;
    return { kind: "threw", error };
  } finally {
    run = outer;
  }
}

/** One access of the running thread; returns what it finds. Stops the run if that is unknown. */
export function askFor(access: SharedAccess): Bits {
  if (run === undefined) throw new Error("no thread is running");
  if (run.next !== undefined) throw STOP;
  const { past, at } = run;
  if (at < past.found.length) {
    const before = past.accesses[at];
    if (before === undefined || !isSameAccess(before, access)) throw notDeterministic(access);
    run.at++;
    return past.found[at] as Bits;
  }
  const site: CallSite = {};
  Error.captureStackTrace(site, askFor);
  run.next = { access, at: site };
  throw STOP;
}

/** Rethrows an exception that a `catch` of the code under test must not keep. */
export function rethrowStop(error: unknown): void {
  if (error === STOP || error instanceof InputError) throw error;
}

function notDeterministic(access: SharedAccess | undefined): InputError {
  const what = access === undefined ? "" : ` (${access.op} of byte ${access.offset})`;
  return new InputError(
    `a thread does something else when it is run again with the same values${what}; it must depend on shared memory ` +
      "alone, and keep what it changes in setUp's result or in itself, not in variables of the module",
  );
}
