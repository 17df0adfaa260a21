/** Every toy program by name. */
import { InputError } from "#fuzz/host/input-error.ts";
import { buffers } from "./buffers.ts";
import { contention } from "./contention.ts";
import { criticalSections } from "./critical-sections.ts";
import { deadlocks } from "./deadlocks.ts";
import { fileSystems } from "./file-system.ts";
import { lifetimeRaces } from "./lifetime-races.ts";
import { lockFreeStructures } from "./lock-free-structures.ts";
import { memoryShapes } from "./memory-shapes.ts";
import { mutualExclusion } from "./mutual-exclusion.ts";
import { safeStackProgram } from "./safe-stack.ts";
import { stalePointers } from "./stale-pointers.ts";
import type { ToyProgram } from "./toy-program.ts";
import { reorderNamed, unlocked } from "./unlocked.ts";
import { workStealQueueProgram } from "./work-steal-queue.ts";
import { unknownName } from "#fuzz/host/unknown-name.ts";

export const toyPrograms: readonly ToyProgram[] = [
  ...memoryShapes,
  ...contention,
  ...mutualExclusion,
  ...lockFreeStructures,
  ...criticalSections,
  ...deadlocks,
  ...fileSystems,
  ...buffers,
  ...unlocked,
  ...stalePointers,
  ...lifetimeRaces,
  workStealQueueProgram,
  safeStackProgram,
];

/** Programs with a known bug, by which strategies are judged. */
export const buggedPrograms: readonly ToyProgram[] = toyPrograms.filter(({ bug }) => bug !== undefined);

/** The program of that name, if there is one; `reorder_N_bad` exists for any N from 2 to 200. */
export function findToyProgram(name: string): ToyProgram | undefined {
  return toyPrograms.find((program) => program.name === name) ?? reorderNamed(name);
}

/** @throws InputError that names all programs if there is none of that name */
export function toyProgramNamed(name: string): ToyProgram {
  const found = findToyProgram(name);
  if (found !== undefined) return found;
  throw new InputError(
    unknownName(
      "toy program",
      name,
      toyPrograms.map((program) => program.name),
      "quiesce list --only programs",
    ),
  );
}
