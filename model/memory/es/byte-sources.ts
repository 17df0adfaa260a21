/**
 * The ways in which a read may take its bytes from writes, up to the distinctions that rules of the model can make.
 *
 * A way is a set of sources for each region of the read, and the resulting bytes. Which byte of a region comes from
 * which of its sources affects only the value, since all bytes of a region have the same writers. Fewer
 * sources only remove happens-before, so a way is left out if another has the same bytes and fewer sources, unless a
 * source that only the first has could be in a data race with the read.
 */

import { LitmusError, positionAt } from "../litmus/litmus-error.ts";

/** A byte that is known, or that the payload of a write will provide. */
export type ByteToken = number | { readonly write: number; readonly offset: number };

export interface SourceChoice {
  /** Events, one list a region. */
  readonly sources: readonly (readonly number[])[];
  readonly bytes: readonly ByteToken[];
}

export interface ReadRegion {
  /** Addresses. */
  readonly start: number;
  readonly end: number;
  /** Writes that may be sources. */
  readonly candidates: readonly number[];
}

export interface SourceQuestion {
  readonly regions: readonly ReadRegion[];
  readonly byteOf: (write: number, address: number) => ByteToken;
  /** Whether the tear-free rule allows the read only one source of this kind. */
  readonly isWhole: (write: number) => boolean;
  /** Whether an unnecessary source of a read still matters. */
  readonly mayRace: (write: number) => boolean;
  /** Called at each partial way; throws to end the search. */
  readonly onStep: () => void;
}

/** Sources are bits of a number. */
const CANDIDATES_MAX = 31;

/** @throws LitmusError if too many writes are candidates: no litmus test has so many */
export function sourceChoices(question: SourceQuestion, text: string, at: number): readonly SourceChoice[] {
  if (question.regions.some(({ candidates }) => candidates.length > CANDIDATES_MAX)) {
    throw new LitmusError(
      `this read could read from more than ${CANDIDATES_MAX} writes, which is too large a test`,
      positionAt(text, at),
    );
  }
  let partial: readonly Way[] = [{ masks: [], bytes: [], wholeSource: undefined }];
  for (const region of question.regions) {
    const ofRegion = waysOfRegion(region, question);
    partial = partial.flatMap((way) =>
      ofRegion.flatMap((more) => {
        question.onStep();
        const whole = new Set([way.wholeSource, more.wholeSource].filter((source) => source !== undefined));
        if (whole.size > 1) return [];
        return [
          {
            masks: [...way.masks, ...more.masks],
            bytes: [...way.bytes, ...more.bytes],
            wholeSource: way.wholeSource ?? more.wholeSource,
          },
        ];
      }),
    );
  }
  return withoutIdleSources(partial, question).map(({ masks, bytes }) => ({
    sources: masks.map((mask, i) => membersOf(mask, question.regions[i]?.candidates ?? [])),
    bytes,
  }));
}

interface Way {
  /** Bit i is candidate i of the region. */
  readonly masks: readonly number[];
  readonly bytes: readonly ByteToken[];
  /** The source of which the tear-free rule allows at most one. */
  readonly wholeSource: number | undefined;
}

function waysOfRegion({ start, end, candidates }: ReadRegion, question: SourceQuestion): readonly Way[] {
  let ways = new Map<string, Way>([["", { masks: [0], bytes: [], wholeSource: undefined }]]);
  for (let address = start; address < end; address++) {
    const longer = new Map<string, Way>();
    for (const { masks, bytes, wholeSource } of ways.values()) {
      for (const [i, candidate] of candidates.entries()) {
        const isWhole = question.isWhole(candidate);
        if (isWhole && wholeSource !== undefined && wholeSource !== candidate) continue;
        question.onStep();
        const way: Way = {
          masks: [(masks[0] as number) | (1 << i)],
          bytes: [...bytes, question.byteOf(candidate, address)],
          wholeSource: isWhole ? candidate : wholeSource,
        };
        longer.set(`${way.masks[0]} ${keyOf(way.bytes)}`, way);
      }
    }
    ways = longer;
  }
  return [...ways.values()];
}

function keyOf(bytes: readonly ByteToken[]): string {
  return bytes.map((byte) => (typeof byte === "number" ? byte : `${byte.write}.${byte.offset}`)).join();
}

function withoutIdleSources(ways: readonly Way[], { regions, mayRace }: SourceQuestion): readonly Way[] {
  const isIdle = (way: Way, fewer: Way): boolean => {
    if (way === fewer || !fewer.masks.every((mask, i) => (mask & ~(way.masks[i] as number)) === 0)) return false;
    const kept = new Set(fewer.masks.flatMap((mask, i) => membersOf(mask, regions[i]?.candidates ?? [])));
    const all = way.masks.flatMap((mask, i) => membersOf(mask, regions[i]?.candidates ?? []));
    return all.every((source) => kept.has(source) || !mayRace(source));
  };
  const bySameBytes = Map.groupBy(ways, ({ bytes }) => keyOf(bytes));
  return [...bySameBytes.values()].flatMap((same) => same.filter((way) => !same.some((other) => isIdle(way, other))));
}

function membersOf(mask: number, candidates: readonly number[]): number[] {
  return candidates.filter((_, i) => ((mask >>> i) & 1) === 1);
}
