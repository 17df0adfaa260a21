/** Toy programs of the registry, and of modules of the user's own, which export one as `program`. */
import type { ToyProgram } from "#fuzz/programs/toy-program.ts";
import { toyProgramNamed } from "#fuzz/programs/toy-programs.ts";

/** The system that toy programs are counted under. */
export const PROGRAMS_SYSTEM = "programs";

/** The toy program that a module exports, if it exports one. */
export function exportedToy(exported: object): ToyProgram | undefined {
  const program: unknown = "program" in exported ? exported.program : undefined;
  return isToyProgram(program) ? program : undefined;
}

/**
 * The toy program of that name: the module's, if a module is given and exports it; otherwise the registry's.
 *
 * @throws InputError that lists all programs if there is none of that name
 */
export function toyOf(name: string, exported?: object): ToyProgram {
  const own = exported === undefined ? undefined : exportedToy(exported);
  return own?.name === name ? own : toyProgramNamed(name);
}

function isToyProgram(value: unknown): value is ToyProgram {
  return (
    typeof value === "object" &&
    value !== null &&
    "name" in value &&
    "parameters" in value &&
    "create" in value &&
    typeof value.create === "function"
  );
}
