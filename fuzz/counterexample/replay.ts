/**
 * Strict replay: runs one recorded schedule again, and stops where the program makes another access.
 *
 * Nothing is guessed. A step diverges when its thread does not exist, has returned or must wait, or when it makes
 * another access than the recorded one. An execution that ends before its schedule has diverged as well.
 */
import { ACCESS, type AccessKind, type Address } from "#impl/memory/access.ts";
import { nameOf } from "#impl/memory/heap.ts";
import { mayWrite, touchesWord } from "#impl/memory/access-class.ts";
import { numberAt, wordAt } from "#impl/memory/word.ts";
import { accessText, type Execution } from "#reports/recorded-execution.ts";
import type { Location } from "#reports/result.ts";
import { visibleText } from "#reports/visible-text.ts";
import type { Violation } from "#properties/violation.ts";
import { accessNames } from "#fuzz/machine/access-name.ts";
import { Machine } from "#fuzz/machine/machine.ts";
import type { MachineSettings } from "#fuzz/machine/machine-settings.ts";
import { isEnabled, type RunningMachine } from "#fuzz/machine/running-machine.ts";
import type { ObservedAccess, ObservedMark, Observer } from "#fuzz/machine/observer.ts";
import type { OperationNames, Program } from "#fuzz/machine/program.ts";
import type { Strategy } from "#fuzz/machine/strategy.ts";
import { UNYIELDED } from "#fuzz/machine/unyielded.ts";
import { withLocations } from "./locations.ts";
import { objectOf, placeOf, type RecordedAccess, Recorder } from "./recorder.ts";

/** The input of a replay. */
export interface Schedule {
  /** The thread of each access. */
  readonly choices: ArrayLike<number>;
  /** Each access as text from `accessText`; without it only the threads are compared. */
  readonly accesses?: readonly string[];
}

export interface ReplayOptions {
  readonly machine?: MachineSettings;
  readonly operations?: OperationNames;
  /** Stop after this many accesses. */
  readonly until?: number;
  /** The name of the trace in messages. */
  readonly name?: string;
  /** An observer of the replay. */
  readonly watch?: ReplayWatch;
}

/** Observes the machine itself during a replay: its memory, and its waiting threads. */
export interface ReplayWatch {
  /** The execution begins. */
  begins(machine: RunningMachine): void;
  /** An access was made; its marks follow. */
  accessed(access: ObservedAccess): void;
  marked(mark: ObservedMark): void;
  /** The thread of the access is stopped before its next one. */
  performed(machine: RunningMachine, access: ObservedAccess): void;
}

export interface Replayed {
  /**
   * `violated` and `passed` if the whole schedule ran and the execution has ended; `exhausted` if the schedule ran and
   * the program continues; `diverged` if the program made another access; `stopped` if told to stop before.
   */
  readonly kind: "violated" | "passed" | "exhausted" | "diverged" | "stopped";
  readonly violation?: Violation;
  /** Accesses made before it diverged, and the difference. */
  readonly divergence?: Divergence;
  readonly execution: Execution;
  readonly accesses: readonly RecordedAccess[];
  /** Line of the access at which a property was violated. */
  readonly location?: Location;
  readonly preemptions: number;
}

export interface Divergence {
  /** Number of the access, from 1. */
  readonly access: number;
  readonly because: string;
}

/** Runs `schedule` on `program` and records it, with source lines. */
export function replay(program: Program, schedule: Schedule, options: ReplayOptions = {}): Replayed {
  const recorder = new Recorder(program.heap, program.threads.length, options.operations);
  const strict = new StrictSchedule(schedule, options.until ?? Infinity, recorder, options.watch);
  const machine = new Machine(announcing(program, recorder), { ...options.machine, observer: strict.observer });
  let end: StopReplay | undefined;
  let violation: Violation | undefined;
  try {
    violation = withLocations(
      (stack) => recorder.asks(stack),
      () => machine.run(strict.strategy),
    );
    strict.checkEnd();
  } catch (error) {
    if (!(error instanceof StopReplay)) throw error;
    end = error;
    violation = undefined;
  }
  const threads = Array.from({ length: machine.threadCount }, (_, thread) => machine.threadName(thread));
  const location = violation === undefined ? undefined : locationOf(violation, recorder);
  const object = violation === undefined ? "" : objectOf(program.heap, violation.address);
  const shown =
    violation === undefined
      ? undefined
      : {
          property: violation.property,
          because: becauseOf(violation, location, recorder.accesses),
          ...(object === "" ? {} : { object }),
        };
  return {
    kind: end?.kind ?? (violation === undefined ? "passed" : "violated"),
    ...(violation === undefined
      ? {}
      : { violation: { ...violation, because: becauseOf(violation, location, recorder.accesses) } }),
    ...(end?.divergence === undefined ? {} : { divergence: end.divergence }),
    execution: {
      scenario: program.name,
      threads,
      rows: recorder.rows(),
      ...(shown === undefined ? {} : { violation: shown }),
    },
    accesses: recorder.accesses,
    ...(location === undefined ? {} : { location }),
    preemptions: strict.preemptions,
  };
}

/** Where it went wrong: at the last access made, except for an access that was requested and never made. */
function locationOf({ property }: Violation, { firstAsked, lastLocation }: Recorder): Location | undefined {
  return property === UNYIELDED ? (firstAsked ?? lastLocation) : lastLocation;
}

/**
 * The clause, with information that only a recorded execution has: where an access that was never made is requested;
 * the other access of a data race, and what would have ordered the two.
 */
function becauseOf(
  { property, because, address }: Violation,
  location: Location | undefined,
  made: readonly RecordedAccess[],
): string {
  if (property === "data-race") return `${because}${otherAccess(made, address)}`;
  return property !== UNYIELDED || location === undefined ? because : `${because} (${location.file}:${location.line})`;
}

/** The access that the last one races with: another thread's, to the same word; one of the two writes or frees it. */
function otherAccess(made: readonly RecordedAccess[], word: Address): string {
  const last = made.at(-1);
  const other = made.findLast(
    ({ thread, address, kind }) =>
      last !== undefined &&
      thread !== last.thread &&
      address === word &&
      touchesWord(kind) &&
      (mayWrite(kind) || mayWrite(last.kind) || last.kind === ACCESS.free),
  );
  if (other === undefined || last === undefined) return "";
  const [line] = other.stack;
  const where = line === undefined ? "" : ` (${line.file}:${line.line})`;
  return `, its ${accessNames[other.kind]}${where}: no lock, barrier, or release with an acquire comes between them`;
}

/** The texts that a strict replay of these accesses compares. */
export function accessTexts({ rows }: Execution): string[] {
  return rows.filter((row) => row.kind === "access").map(accessText);
}

/** Each thread announces its start: that is how a source line finds its thread. */
function announcing(program: Program, recorder: Recorder): Program {
  const threads = program.threads.map((thread, number) => ({
    ...thread,
    body() {
      recorder.starts(number);
      return thread.body();
    },
  }));
  return { ...program, threads };
}

/** Ends the machine's run from within. */
class StopReplay extends Error {
  readonly kind: "exhausted" | "diverged" | "stopped";
  readonly divergence: Divergence | undefined;

  constructor(kind: "exhausted" | "diverged" | "stopped", divergence?: Divergence) {
    super(divergence?.because ?? kind);
    this.kind = kind;
    this.divergence = divergence;
  }
}

class StrictSchedule {
  lastThread = 0;
  preemptions = 0;
  #machine: RunningMachine | undefined;
  readonly #schedule: Schedule;
  readonly #until: number;
  readonly #recorder: Recorder;
  readonly #watch: ReplayWatch | undefined;
  #lastAccess: ObservedAccess | undefined;

  constructor(schedule: Schedule, until: number, recorder: Recorder, watch?: ReplayWatch) {
    this.#schedule = schedule;
    this.#until = until;
    this.#recorder = recorder;
    this.#watch = watch;
  }

  readonly strategy: Strategy = {
    name: "replay",
    begin: (machine) => {
      this.#machine = machine;
      this.#watch?.begins(machine);
      if (this.#until === 0) throw new StopReplay("stopped");
    },
    choose: (machine) => this.#choose(machine),
    performed: (machine) => {
      if (this.#lastAccess !== undefined) this.#watch?.performed(machine, this.#lastAccess);
      if (machine.violation === undefined && machine.steps >= this.#until) throw new StopReplay("stopped");
    },
  };

  /** Also sees the accesses of a thread that was alone, which were not chosen. */
  readonly observer: Observer = {
    performed: (access) => {
      if (this.#machine !== undefined) this.#checkPerformed(this.#machine, access);
      this.lastThread = access.thread;
      this.#lastAccess = access;
      this.#recorder.performed(access);
      this.#watch?.accessed(access);
    },
    marked: (mark) => {
      this.#recorder.marked(mark);
      this.#watch?.marked(mark);
    },
  };

  #choose(machine: RunningMachine): number {
    const { steps, pendingKind, pendingAddress, pendingOperand } = machine;
    // Past its end the machine decides: the access limit may have been reached. If not, the next access is seen, and
    // stopped at.
    if (steps >= this.#schedule.choices.length) return wordAt(machine.enabled, 0);
    const thread = this.#check(machine, steps);
    this.#compare(
      machine,
      steps,
      thread,
      pendingKind[thread] as AccessKind,
      wordAt(pendingAddress, thread),
      wordAt(pendingOperand, thread),
    );
    if (steps > 0 && thread !== this.lastThread && isEnabled(machine, this.lastThread)) this.preemptions++;
    return thread;
  }

  #checkPerformed(machine: RunningMachine, { step, thread, kind, address, operand }: ObservedAccess): void {
    const recorded = this.#schedule.choices[step];
    if (recorded !== thread) {
      this.#check(machine, step);
      throw this.#diverge(step, `asks for ${threadText(machine, recorded ?? 0)}, which cannot go on`);
    }
    this.#compare(machine, step, thread, kind, address, operand);
  }

  /** The program has ended, so the schedule must have ended too. */
  checkEnd(): void {
    const machine = this.#machine;
    const { choices } = this.#schedule;
    if (machine === undefined || machine.steps >= choices.length) return;
    throw this.#diverge(
      machine.steps,
      `asks for ${threadText(machine, numberAt(choices, machine.steps))}, and the execution has ended`,
    );
  }

  /** The thread that goes now, if it can. */
  #check(machine: RunningMachine, step: number): number {
    const { choices } = this.#schedule;
    const thread = choices[step];
    if (thread === undefined) throw new StopReplay("exhausted");
    if (!(thread >= 0 && thread < machine.threadCount)) {
      throw this.#diverge(step, `asks for thread ${thread}, and there are threads 0 to ${machine.threadCount - 1}`);
    }
    if (machine.hasReturned(thread))
      throw this.#diverge(step, `asks for ${threadText(machine, thread)}, which has returned`);
    if (!isEnabled(machine, thread)) {
      const place = nameOf(machine.heap, wordAt(machine.pendingAddress, thread));
      const kind = accessNames[wordAt(machine.pendingKind, thread)] ?? "an access";
      throw this.#diverge(
        step,
        `asks for ${threadText(machine, thread)}, which waits in ` +
          `${kind}${machine.pendingAddress[thread] === 0 ? "" : ` ${place}`}`,
      );
    }
    return thread;
  }

  #compare(
    machine: RunningMachine,
    step: number,
    thread: number,
    kind: AccessKind,
    address: number,
    operand: number,
  ): void {
    const recorded = this.#schedule.accesses?.[step];
    if (recorded === undefined) return;
    const asked = accessText({ access: accessNames[kind] ?? "", place: placeOf(machine.heap, kind, address, operand) });
    if (asked !== recorded) {
      throw this.#diverge(
        step,
        `is ${visibleText(recorded)} by ${threadText(machine, thread)}, and the program asks for ${asked} instead`,
      );
    }
  }

  #diverge(step: number, because: string): StopReplay {
    return new StopReplay("diverged", { access: step + 1, because });
  }
}

/** Describes how a replay of `name` diverged: `schedule peers: access 3 asks for thread 1, which has returned`. */
export function divergenceText(name: string, { access, because }: Divergence): string {
  return `schedule ${visibleText(name)}: access ${access} ${because}`;
}

function threadText(machine: RunningMachine, thread: number): string {
  return `thread ${thread} (${visibleText(machine.threadName(thread))})`;
}
