/** Threads that wait for a grace period, and the callbacks that run after one, each in its own thread. */
import type { RcuCallback } from "#impl/memory/access.ts";
import type { CheckedMemory } from "./checked-memory.ts";

export class GraceWaits {
  readonly #memory: CheckedMemory;
  /** Whether a grace period has begun for the thread that has not yet been ended for it. */
  readonly #begun: Uint8Array;
  /** The callback of a thread about to make `callRcu`, and that of a callback's own thread. */
  readonly #callbacks: (RcuCallback | undefined)[];
  /** For a callback's thread: whether the callback has not started yet. */
  readonly #deferred: Uint8Array;

  constructor(memory: CheckedMemory, threadsMax: number) {
    this.#memory = memory;
    this.#begun = new Uint8Array(threadsMax);
    this.#callbacks = Array.from({ length: threadsMax }, () => undefined);
    this.#deferred = new Uint8Array(threadsMax);
  }

  reset(): void {
    this.#begun.fill(0);
    this.#deferred.fill(0);
  }

  isWaiting(thread: number): boolean {
    return this.#begun[thread] === 1;
  }

  /** Can the thread begin its grace period, or continue because it is over? */
  mayGoOn(thread: number, threadCount: number): boolean {
    return this.#begun[thread] === 0 || this.#memory.grace.isOver(thread, threadCount);
  }

  /** Begins a grace period for the thread, or ends the one that has begun, or both if no section is open. */
  synchronize(thread: number, threadCount: number): void {
    const { grace, races } = this.#memory;
    if (this.#begun[thread] === 0) {
      this.#memory.checkMaySleep(thread, "waits for a grace period");
      races?.graceStarted(thread);
      grace.start(thread, threadCount);
    }
    if (grace.isOver(thread, threadCount)) {
      this.#begun[thread] = 0;
      races?.graceEnded(thread);
    } else {
      this.#begun[thread] = 1;
    }
  }

  /** Records that the thread is about to make a `callRcu` with this callback. */
  asksFor(thread: number, callback: RcuCallback | undefined): void {
    this.#callbacks[thread] = callback;
  }

  /** Makes `child` the thread of the callback that `parent` requests; its grace period begins now. */
  defer(parent: number, child: number): void {
    const { grace, races } = this.#memory;
    this.#callbacks[child] = this.#callbacks[parent];
    this.#deferred[child] = 1;
    races?.fork(parent, child);
    races?.graceStarted(child);
    grace.start(child, child + 1);
    this.#begun[child] = 1;
  }

  isDeferred(thread: number): boolean {
    return this.#deferred[thread] === 1;
  }

  /** Starts the callback of a thread whose grace period is over. */
  startCallback(thread: number): RcuCallback | undefined {
    this.#deferred[thread] = 0;
    return this.#callbacks[thread];
  }
}
