/**
 * Observes the reads-from pairs, a write and a read of its value, that an execution under some strategy shows.
 *
 * A pair is abstract: the word, and the thread and kind of access of both the write and the read, but not the
 * occurrence. Reading a word never written is a pair too. Executions that show no new pair add hardly anything.
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
  /** Schedules like the wrapped strategy, and observes. */
  readonly strategy: Strategy;
  /** The pairs first shown by the last execution. Only valid until the next one. */
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

/** A 32-bit hash: two pairs of a program rarely collide, and if they do, one of them goes unnoticed. */
function pairOf(address: number, writer: number, reader: number): number {
  let mixed = Math.imul(address, 0x9e3779b1) ^ Math.imul(writer, 0x85ebca77) ^ Math.imul(reader, 0xc2b2ae3d);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
  return (mixed ^ (mixed >>> 13)) >>> 0;
}
