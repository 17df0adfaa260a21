import * as fc from "fast-check";
import { expect, test } from "vitest";
import { isInShard, shardOf } from "./shard.ts";

test("every place belongs to exactly one shard", () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 20 }), (place, count) => {
      const shards = Array.from({ length: count }, (_, index) => shardOf(`${index + 1}/${count}`));
      const owners = shards.filter((shard) => shard !== undefined && isInShard(place, shard));
      expect(owners.length).toBe(1);
    }),
    { seed: 1 },
  );
});

test("a shard is a part and a number of parts", () => {
  expect(shardOf("2/4")).toEqual({ index: 2, count: 4 });
  expect(shardOf("10000/10000")).toEqual({ index: 10000, count: 10000 });
  for (const malformed of ["", "2", "0/4", "5/4", "1/0", "-1/4", "1/4/2", "1.5/4", "a/b", " 1/4", "1/10001"])
    expect(shardOf(malformed), malformed).toBeUndefined();
});
