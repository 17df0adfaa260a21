/** One of `count` parts of the work, from 1. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

export const WHOLE: Shard = { index: 1, count: 1 };

/** Parts that work may be cut into. */
export const SHARDS_MAX = 10_000;

/** The shard that `2/4` names, the second of four, as test runners write it; undefined if it is no shard. */
export function shardOf(text: string): Shard | undefined {
  const match = /^(\d{1,5})\/(\d{1,5})$/.exec(text);
  const [index, count] = [Number(match?.[1]), Number(match?.[2])];
  return index >= 1 && count >= index && count <= SHARDS_MAX ? { index, count } : undefined;
}

/**
 * Does the item at this place, from 0, belong to the shard? Neighbours, which cost about the same, go to different
 * ones.
 */
export function isInShard(place: number, { index, count }: Shard): boolean {
  return place % count === index - 1;
}
