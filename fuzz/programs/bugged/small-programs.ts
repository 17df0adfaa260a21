/** The small programs with known bugs by name. */
import { buffers } from "./buffers.ts";
import { criticalSections } from "./critical-sections.ts";
import { deadlocks } from "./deadlocks.ts";
import { lockFree } from "./lock-free.ts";
import type { SmallProgram } from "./small-program.ts";
import { reorderOf, unlocked } from "./unlocked.ts";
import { vulnerabilities } from "./vulnerabilities.ts";
import { InputError } from "#fuzz/host/input-error.ts";

export const smallPrograms: readonly SmallProgram[] = [
  ...criticalSections,
  ...deadlocks,
  ...buffers,
  ...unlocked,
  ...vulnerabilities,
  ...lockFree,
];

/** Threads up to which a name `reorder_N_bad` is known. */
const REORDER_MAX = 200;

/**
 * The program of that name; `reorder_N_bad` with any N from 2 to 200 is one.
 *
 * @throws InputError that names all programs if there is none
 */
export function smallProgramNamed(name: string): SmallProgram {
  const found = smallPrograms.find((program) => program.name === name);
  if (found !== undefined) return found;
  const threads = Number(/^reorder_([1-9][0-9]{0,2})_bad$/u.exec(name)?.[1]);
  if (threads >= 2 && threads <= REORDER_MAX) return reorderOf(threads);
  throw new InputError(
    `no small program "${name}"; there are ${smallPrograms.map((program) => program.name).join(", ")}`,
  );
}
