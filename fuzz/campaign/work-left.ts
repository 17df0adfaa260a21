/** Time that the remaining work will take, estimated from work of its kind so far. */
import type { JobKind } from "./job.ts";
import { jobKinds } from "./job-kinds.ts";
import type { Work } from "./part.ts";

/** The work of one part. */
export interface PlannedWork {
  /** A job of the part starts; the returned function reports its end. */
  begin(kind: JobKind, units: number): () => void;
  /** A job of the part need not run. */
  skip(kind: JobKind, units: number): void;
  /** The rest of it will not be done. */
  end(): void;
}

export class WorkLeft {
  readonly #open = new Map<JobKind, number>();
  readonly #measured = new Map<JobKind, { units: number; milliseconds: number }>();
  readonly #running = new Set<{ readonly kind: JobKind; readonly units: number; readonly start: number }>();
  readonly #workers: number;
  readonly #now: () => number;

  /** @param now milliseconds */
  constructor(workers: number, now: () => number = () => performance.now()) {
    this.#workers = workers;
    this.#now = now;
  }

  plan(work: Work): PlannedWork {
    const own = new Map(Object.entries(work) as [JobKind, number][]);
    for (const [kind, units] of own) this.#add(this.#open, kind, units);
    const skip = (kind: JobKind, units: number): void => {
      const taken = Math.min(own.get(kind) ?? 0, units);
      this.#add(own, kind, -taken);
      this.#add(this.#open, kind, -taken);
    };
    return {
      begin: (kind, units) => {
        const job = { kind, units, start: this.#now() };
        this.#running.add(job);
        skip(kind, units);
        return () => {
          this.#running.delete(job);
          const { units: before, milliseconds } = this.#measured.get(kind) ?? { units: 0, milliseconds: 0 };
          this.#measured.set(kind, { units: before + units, milliseconds: milliseconds + this.#now() - job.start });
        };
      },
      skip,
      end: () => {
        for (const [kind, units] of own) skip(kind, units);
      },
    };
  }

  /** Milliseconds; 0 when no work is known to be left. */
  milliseconds(): number {
    let shared = 0;
    let alone = 0;
    const count = (kind: JobKind, milliseconds: number): void => {
      if (jobKinds[kind].isAlone === true) alone += milliseconds;
      else shared += milliseconds;
    };
    for (const [kind, units] of this.#open) count(kind, units * this.#unitMs(kind));
    const now = this.#now();
    for (const { kind, units, start } of this.#running)
      count(kind, Math.max(0, units * this.#unitMs(kind) - (now - start)));
    return shared / this.#workers + alone;
  }

  #unitMs(kind: JobKind): number {
    const measured = this.#measured.get(kind);
    return measured === undefined ? jobKinds[kind].unitMs : measured.milliseconds / measured.units;
  }

  #add(to: Map<JobKind, number>, kind: JobKind, units: number): void {
    to.set(kind, (to.get(kind) ?? 0) + units);
  }
}
