/** Every classical program by name. */
import type { ClassicalProgram } from "./classical-program.ts";
import { contentionPrograms } from "./contention.ts";
import { litmusPrograms } from "./litmus.ts";
import { lockPrograms } from "./locks.ts";
import { structurePrograms } from "./structures.ts";

export const classicalPrograms: ReadonlyMap<string, ClassicalProgram> = new Map(
  [...litmusPrograms, ...contentionPrograms, ...lockPrograms, ...structurePrograms].map((program) => [
    program.name,
    program,
  ]),
);
