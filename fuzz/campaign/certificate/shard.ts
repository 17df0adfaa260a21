/** One of `count` parts of the work, from 1. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

export const WHOLE: Shard = { index: 1, count: 1 };

/** Most parts of divided work. */
export const SHARDS_MAX = 10_000;

/** The shard that `2/4` names, the second of four, in the notation of test runners; undefined for other texts. */
export function shardOf(text: string): Shard | undefined {
  const match = /^(\d{1,5})\/(\d{1,5})$/.exec(text);
  const [index, count] = [Number(match?.[1]), Number(match?.[2])];
  return index >= 1 && count >= index && count <= SHARDS_MAX ? { index, count } : undefined;
}

/**
 * Whether the item at this place, from 0, belongs to the shard. Neighbours, which cost about the same, go to different
 * shards.
 */
export function isInShard(place: number, { index, count }: Shard): boolean {
  return place % count === index - 1;
}
