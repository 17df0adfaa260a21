/**
 * SURW, selectively uniform random walk: uniform over the orders of the accesses to one word per execution.
 *
 * Each execution draws a shared word, with probability proportional to its accesses in the profile. Only the accesses
 * to that word are weighed. An *intended* thread is drawn by the accesses to the word that each has still to make. No
 * other thread may access the word before it: threads that reach such an access are held back. Everything else is
 * scheduled by random priorities, one for each pending access, kept until it is made. If only held threads can go on
 * (the intended one waits, or has no such access left), all are released, and the intended thread is redrawn among
 * them.
 *
 * The profile is counted in separate executions, under a random walk: the first, and every one whose number is a power
 * of two, so that a word the first did not reach is not left out forever.
 *
 * Source: Zhao, Wolff, Mathur, Roychoudhury, Selectively uniform concurrency testing, ASPLOS 2025.
 */
import { NIL } from "#impl/memory/access.ts";
import { numberAt, wordAt } from "#impl/memory/word.ts";
import type { RunningMachine } from "#fuzz/machine/running-machine.ts";
import type { Strategy } from "#fuzz/machine/strategy.ts";
import { Random } from "#properties/random.ts";
import { AccessProfile } from "./access-profile.ts";
import { LastAccess } from "./conflict.ts";

const NOBODY = -1;

export function surw(seed: number): Strategy {
  const walk = new SelectiveWalk(seed);
  return {
    name: "surw",
    begin: (machine) => walk.begin(machine),
    choose: (machine) => walk.choose(machine),
    performed: (machine, thread) => walk.performed(machine, thread),
    end: () => walk.end(),
  };
}

class SelectiveWalk {
  readonly #random: Random;
  readonly #last = new LastAccess();
  #profile: AccessProfile | undefined;
  #executions = 0;
  /** Whether this execution is a counted random walk. */
  #profiling = true;
  #word = NIL;
  #intended = NOBODY;
  #priority = new Float64Array(0);
  /** Accesses to the word that each thread has still to make. */
  #weight = new Float64Array(0);
  #held = new Uint8Array(0);
  #anyHeld = false;
  #known = 0;

  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  begin(machine: RunningMachine): void {
    if (this.#profile?.fits(machine) !== true) {
      this.#profile = new AccessProfile(machine);
      this.#priority = new Float64Array(machine.enabled.length);
      this.#weight = new Float64Array(machine.enabled.length);
      this.#held = new Uint8Array(machine.enabled.length);
      this.#executions = 0;
    }
    this.#executions++;
    this.#profiling = (this.#executions & (this.#executions - 1)) === 0;
    this.#last.begin(machine);
    this.#known = machine.threadCount;
    if (this.#profiling) return;
    this.#word = this.#profile.drawWord(this.#random);
    this.#letGo();
    for (let thread = 0; thread < this.#known; thread++) {
      this.#priority[thread] = this.#random.fraction();
      this.#weight[thread] = this.#profile.expectedOf(thread, this.#word);
    }
  }

  choose(machine: RunningMachine): number {
    if (this.#profiling) return wordAt(machine.enabled, this.#random.below(machine.enabledCount));
    const { pendingAddress } = machine;
    for (;;) {
      const proposed = this.#propose(machine);
      if (proposed === NOBODY) {
        this.#letGo();
        return this.#drawEnabled(machine);
      }
      if (pendingAddress[proposed] !== this.#word || this.#word === NIL) return proposed;
      if (this.#intended === NOBODY) this.#intended = this.#drawIntended(machine, proposed);
      if (this.#intended === proposed) return proposed;
      this.#held[proposed] = 1;
      this.#anyHeld = true;
    }
  }

  performed(machine: RunningMachine, thread: number): void {
    this.#last.performed(machine, thread);
    const profile = this.#profile;
    if (profile === undefined) return;
    if (this.#profiling) {
      profile.count(thread, this.#last);
      for (; this.#known < machine.threadCount; this.#known++) profile.callbackStarted(thread);
      return;
    }
    this.#priority[thread] = this.#random.fraction();
    if (this.#last.address === this.#word && this.#word !== NIL) {
      this.#weight[thread] = Math.max(0, numberAt(this.#weight, thread) - 1);
      this.#letGo();
    }
    for (; this.#known < machine.threadCount; this.#known++) this.#started(profile, this.#known, thread);
    if (this.#intended !== NOBODY && machine.hasReturned(this.#intended)) this.#letGo();
  }

  end(): void {
    if (this.#profiling) this.#profile?.executionEnded();
  }

  /** A callback takes over its share of its starter's weight, and of its chance of being the intended thread. */
  #started(profile: AccessProfile, child: number, starter: number): void {
    const weight = profile.expectedOfCallback(this.#word);
    const before = numberAt(this.#weight, starter);
    this.#priority[child] = this.#random.fraction();
    this.#weight[child] = weight;
    this.#weight[starter] = Math.max(0, before - weight);
    this.#held[child] = 0;
    if (this.#intended === starter && before > 0 && this.#random.fraction() * before < weight) this.#intended = child;
  }

  /** The thread of highest priority that can go on and is not held, if any. */
  #propose({ enabled, enabledCount }: RunningMachine): number {
    let best = NOBODY;
    let greatest = -1;
    for (let i = 0; i < enabledCount; i++) {
      const thread = wordAt(enabled, i);
      if (this.#held[thread] === 1) continue;
      const its = numberAt(this.#priority, thread);
      if (its > greatest) {
        best = thread;
        greatest = its;
      }
    }
    return best;
  }

  /** Draws by weight among the threads that are not held; the one about to access the word counts at least 1. */
  #drawIntended(machine: RunningMachine, proposed: number): number {
    const weight = this.#weight;
    weight[proposed] = Math.max(1, numberAt(weight, proposed));
    let sum = 0;
    for (let thread = 0; thread < this.#known; thread++)
      if (this.#mayIntend(machine, thread)) sum += numberAt(weight, thread);
    let point = this.#random.fraction() * sum;
    for (let thread = 0; thread < this.#known; thread++) {
      if (!this.#mayIntend(machine, thread)) continue;
      point -= numberAt(weight, thread);
      if (point < 0) return thread;
    }
    return proposed;
  }

  #mayIntend(machine: RunningMachine, thread: number): boolean {
    return this.#held[thread] === 0 && !machine.hasReturned(thread);
  }

  /** All enabled threads are about to access the word: draws one of them by weight. */
  #drawEnabled({ enabled, enabledCount }: RunningMachine): number {
    let sum = 0;
    for (let i = 0; i < enabledCount; i++) sum += Math.max(1, numberAt(this.#weight, wordAt(enabled, i)));
    let point = this.#random.fraction() * sum;
    for (let i = 0; i < enabledCount - 1; i++) {
      point -= Math.max(1, numberAt(this.#weight, wordAt(enabled, i)));
      if (point < 0) return wordAt(enabled, i);
    }
    return wordAt(enabled, enabledCount - 1);
  }

  #letGo(): void {
    this.#intended = NOBODY;
    if (!this.#anyHeld) return;
    this.#held.fill(0);
    this.#anyHeld = false;
  }
}
