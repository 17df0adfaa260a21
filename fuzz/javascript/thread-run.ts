/**
 * Runs a thread's code as it is, without turning it into a generator, and stops it at any access.
 *
 * A run is given what its first accesses find. At the next access it is stopped by an exception that it cannot catch
 * (`rewrite-module.ts` sees to that), and the access is what the run was made for. So a thread is resumed by running it
 * again from its start; `local-states.ts` remembers what came of each run, so that no run is made twice. Everything of
 * the language works in such code, callbacks of built-in methods, getters and constructors included.
 *
 * In place of that: the thread must do the same when it finds the same. An access that differs from what the thread
 * asked for when it came here before is an error that says so.
 */
import { InputError } from "#fuzz/host/input-error.ts";
import type { Bits } from "./element-type.ts";
import { isSameAccess, type SharedAccess } from "./shared-access.ts";

/** Where in the source an access was asked for: an error whose stack says so. */
export interface CallSite {
  readonly stack?: string;
}

/** What a thread does next, given what it has found so far. */
export type Step =
  | { readonly kind: "access"; readonly access: SharedAccess; readonly at: CallSite }
  | { readonly kind: "returned"; readonly value: unknown }
  | { readonly kind: "threw"; readonly error: unknown };

/** What the accesses of a run so far asked for and found. */
export interface Past {
  readonly accesses: readonly SharedAccess[];
  readonly found: readonly Bits[];
}

/** Thrown to stop a run. One object, so that code which catches it by accident is noticed by the next access. */
const STOP: unique symbol = Symbol("the run is stopped");

interface Run {
  readonly past: Past;
  at: number;
  next: { readonly access: SharedAccess; readonly at: CallSite } | undefined;
}

let run: Run | undefined;

/** Is a thread running, whose accesses are the machine's? */
export function isThreadRunning(): boolean {
  return run !== undefined;
}

/**
 * Runs `act` until it asks for an access beyond its past, returns or throws.
 *
 * @throws InputError if it does not ask for the accesses of its past again
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

/** One access of the thread that runs: what it finds. Stops the run if that is not known. */
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

/** Throws on what a `catch` of the code under test must not keep. */
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
