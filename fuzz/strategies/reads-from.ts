/**
 * Which pairs of a write and a read that reads from it an execution shows, while some strategy schedules it.
 *
 * A pair is abstract: the word, and who writes and who reads with which kind of access; not which time. Reading a word that
 * nobody has written is a pair too. Executions that show no new pair have hardly anything new to say.
 *
 * Source: Wolff, Zhao, Ölveczky, Roychoudhury, Greybox fuzzing for concurrency testing (RFF), ASPLOS 2024.
 */
import { NIL } from "#impl/memory/access.ts";
import { CLASS, CLASSES, touchesWord } from "#impl/memory/access-class.ts";
import { wordAt } from "#impl/memory/word.ts";
import type { RunningMachine } from "#fuzz/machine/running-machine.ts";
import type { Strategy } from "#fuzz/machine/strategy.ts";
import { LastAccess } from "./conflict.ts";

export interface ReadsFromObserver {
  /** Schedules as the strategy does, and looks on. */
  readonly strategy: Strategy;
  /** The pairs that the last execution was the first to show. Only valid until the next one. */
  readonly added: readonly number[];
  /** Pairs shown so far. */
  readonly known: ReadonlySet<number>;
}

export function observingReadsFrom(strategy: Strategy): ReadsFromObserver {
  const last = new LastAccess();
  const known = new Set<number>();
  const added: number[] = [];
  let writers = new Int32Array(0);
  const performed = (machine: RunningMachine, thread: number): void => {
    last.performed(machine, thread);
    const { kind, address } = last;
    if (address !== NIL && touchesWord(kind)) {
      const who = 1 + kind + 64 * thread;
      if (((CLASSES[kind] as number) & CLASS.reads) !== 0) {
        const pair = pairOf(address, wordAt(writers, address), who);
        if (!known.has(pair)) {
          known.add(pair);
          added.push(pair);
        }
      }
      if (((CLASSES[kind] as number) & CLASS.writes) !== 0) writers[address] = who;
    }
    strategy.performed?.(machine, thread);
  };
  return {
    added,
    known,
    strategy: {
      name: strategy.name,
      begin(machine) {
        if (writers.length < machine.words.length) writers = new Int32Array(machine.words.length);
        else writers.fill(0);
        added.length = 0;
        last.begin(machine);
        strategy.begin(machine);
      },
      choose: (machine) => strategy.choose(machine),
      performed,
      end: (machine) => strategy.end?.(machine),
      ...(strategy.isExhausted !== undefined && { isExhausted: () => strategy.isExhausted?.() === true }),
    },
  };
}

/** 32 bits: two pairs of a program are hardly ever one number, and if so, one of them goes unseen. */
function pairOf(address: number, writer: number, reader: number): number {
  let mixed = Math.imul(address, 0x9e3779b1) ^ Math.imul(writer, 0x85ebca77) ^ Math.imul(reader, 0xc2b2ae3d);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
  return (mixed ^ (mixed >>> 13)) >>> 0;
}
