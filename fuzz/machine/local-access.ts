/**
 * The accesses that touch no shared word: read-side critical sections, barriers, starts and ends of operations,
 * assertions. They are not scheduling points; spans.ts defines with which access the spans among them begin and end.
 */
import type { ProgressWatch } from "#properties/machine/progress-condition.ts";
import { ACCESS, type AccessKind, NIL, request } from "#impl/memory/access.ts";
import { isFence } from "#impl/memory/access-class.ts";
import type { CheckedMemory } from "./checked-memory.ts";
import type { HistoryWatcher } from "./program.ts";
import { SPAN, Spans } from "./spans.ts";

export class LocalAccesses {
  readonly #memory: CheckedMemory;
  readonly #history: HistoryWatcher | undefined;
  readonly #progress: ProgressWatch | undefined;
  /** By thread. Read directly by the machine's hot loop. */
  readonly spans: readonly Spans[];

  constructor(
    memory: CheckedMemory,
    history: HistoryWatcher | undefined,
    threadsMax: number,
    progress?: ProgressWatch,
  ) {
    this.#memory = memory;
    this.#progress = progress;
    this.#history = history;
    this.spans = Array.from({ length: threadsMax }, () => new Spans());
  }

  /** Called when a new execution begins; in the last one this many threads were started. */
  reset(threadsBefore: number): void {
    for (let thread = 0; thread < threadsBefore; thread++) (this.spans[thread] as Spans).reset();
    this.#history?.reset();
    this.#progress?.reset();
  }

  /** Begins the spans that begin with the access that the thread makes now, or with its return. */
  begin(thread: number): void {
    const spans = this.spans[thread] as Spans;
    this.#happen(thread, spans, spans.accessed(), 0);
  }

  /** Carries out, or defers, the request of `thread`. */
  perform(thread: number, kind: AccessKind, operand: number): void {
    const spans = this.spans[thread] as Spans;
    const events = spans.marked(kind, operand);
    if (events !== 0) this.#happen(thread, spans, events, operand);
    else if (isFence(kind)) this.#memory.races?.barrier(thread, kind);
    else if (kind === ACCESS.assertHolds && operand === 0) this.#memory.violate("assertion", request.message, NIL);
  }

  #happen(thread: number, spans: Spans, events: number, response: number): void {
    if ((events & SPAN.operationBegins) !== 0) {
      this.#history?.invoke(thread, spans.operation);
      this.#progress?.invoked(thread);
    }
    if ((events & SPAN.sectionsOpen) !== 0) {
      for (let section = 0; section < spans.opened; section++) this.#memory.openSection(thread);
    }
    if ((events & SPAN.sectionEnds) !== 0) this.#memory.closeSection(thread);
    if ((events & SPAN.operationEnds) !== 0) this.#respond(thread, response);
  }

  #respond(thread: number, response: number): void {
    this.#progress?.returned(thread);
    const because = this.#history?.respond(thread, response);
    if (because !== undefined) this.#memory.violate(this.#history?.property ?? "linearizability", because, NIL);
  }
}
