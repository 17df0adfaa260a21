/**
 * The accesses that touch no shared word: read-side critical sections, barriers, begin and end of operations,
 * assertions.
 *
 * They are no choice of their own. A section and an operation begin with the next access of their thread, as late as
 * they can; they end at once. That takes nothing away: whatever happens with an earlier begin happens with the late one
 * too.
 */
import { ACCESS, type AccessKind, NIL, request } from "#impl/memory/access.ts";
import type { CheckedMemory } from "./checked-memory.ts";
import type { HistoryWatcher } from "./program.ts";

export class LocalAccesses {
  readonly #memory: CheckedMemory;
  readonly #history: HistoryWatcher | undefined;
  /** Sections that open with each thread's next access. Read directly by the machine's hot loop. */
  readonly sectionsToOpen: Int32Array;
  /** The operation (number + 1) that begins with each thread's next access, 0 if none does. Read directly, too. */
  readonly operationToBegin: Int32Array;

  constructor(memory: CheckedMemory, history: HistoryWatcher | undefined, threadsMax: number) {
    this.#memory = memory;
    this.#history = history;
    this.sectionsToOpen = new Int32Array(threadsMax);
    this.operationToBegin = new Int32Array(threadsMax);
  }

  reset(): void {
    this.sectionsToOpen.fill(0);
    this.operationToBegin.fill(0);
    this.#history?.reset();
  }

  /** Begins what begins with the access that the thread makes now. */
  begin(thread: number): void {
    this.#beginOperation(thread);
    for (let sections = this.sectionsToOpen[thread] as number; sections > 0; sections--)
      this.#memory.openSection(thread);
    this.sectionsToOpen[thread] = 0;
  }

  /** Carries out, or puts off, what `thread` asks for. */
  perform(thread: number, kind: AccessKind, operand: number): void {
    const sections = this.sectionsToOpen[thread] as number;
    switch (kind) {
      case ACCESS.rcuReadLock:
        this.sectionsToOpen[thread] = sections + 1;
        return;
      case ACCESS.rcuReadUnlock:
        if (sections > 0) this.sectionsToOpen[thread] = sections - 1;
        else this.#memory.closeSection(thread);
        return;
      case ACCESS.beginOperation:
        this.operationToBegin[thread] = operand + 1;
        return;
      case ACCESS.endOperation:
        this.#beginOperation(thread);
        this.#respond(thread, operand);
        return;
      case ACCESS.assertHolds:
        if (operand === 0) this.#memory.violate("assertion", request.message, NIL);
        return;
      default:
        this.#memory.races?.barrier(thread, kind);
    }
  }

  #beginOperation(thread: number): void {
    const operation = this.operationToBegin[thread] as number;
    if (operation === 0) return;
    this.operationToBegin[thread] = 0;
    this.#history?.invoke(thread, operation - 1);
  }

  #respond(thread: number, response: number): void {
    const because = this.#history?.respond(thread, response);
    if (because !== undefined) this.#memory.violate(this.#history?.property ?? "linearizability", because, NIL);
  }
}
