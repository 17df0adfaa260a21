import { InvalidArgumentError } from "commander";

/** One of `count` parts of the work, from 1. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

export const WHOLE: Shard = { index: 1, count: 1 };

/** Parts that work may be cut into. */
const SHARDS_MAX = 10_000;

/**
 * `2/4` is the second of four parts, as test runners write it.
 *
 * @throws InvalidArgumentError if it is no shard
 */
export function parseShard(text: string): Shard {
  const match = /^(\d{1,5})\/(\d{1,5})$/.exec(text);
  const [index, count] = [Number(match?.[1]), Number(match?.[2])];
  if (index >= 1 && count >= index && count <= SHARDS_MAX) return { index, count };
  throw new InvalidArgumentError(
    `it must be a part and a number of parts, such as 1/4, with parts from 1 to at most ${SHARDS_MAX}.`,
  );
}

/**
 * Does the item at this place, from 0, belong to the shard? Neighbours, which cost about the same, go to different
 * ones.
 */
export function isInShard(place: number, { index, count }: Shard): boolean {
  return place % count === index - 1;
}
