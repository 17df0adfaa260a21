import { type Access, awaitEqual, writeOnce } from "#impl/memory/access.ts";
import { place } from "#impl/memory/heap.ts";
import { struct } from "#impl/memory/struct.ts";
import type { Program, ThreadBody } from "#fuzz/machine/program.ts";

/** A step of a schedule: only an access, or also the start and the end of a thread. */
export type Granularity = "accesses" | "thread starts and ends too";

/**
 * The program as other engines run it: a main thread starts the threads one after another, and the start and the end of
 * each is a step at which other threads may run.
 *
 * Most of it is far from the bug, so schedules get longer, and threads started last run late.
 */
export function spawnedByMain(program: Program): Program {
  const { heap, threads } = program;
  const layout = struct("main", { started: threads.length, ended: threads.length });
  const main = place(heap, layout, "main");
  const spawn: ThreadBody = {
    name: "main",
    *body() {
      for (let thread = 0; thread < threads.length; thread++) yield writeOnce(layout.started(main) + thread, 1);
    },
  };
  function* around(thread: number, body: Access): Access {
    yield awaitEqual(layout.started(main) + thread, -1, 1);
    yield* body;
    yield writeOnce(layout.ended(main) + thread, 1);
  }
  return {
    ...program,
    threads: [spawn, ...threads.map((own, thread) => ({ ...own, body: () => around(thread, own.body()) }))],
  };
}
