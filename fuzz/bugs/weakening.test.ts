import { expect, test } from "vitest";
import { describeWeakening, weakeningsOf } from "./weakening.ts";

const SOURCE = `import { smpMb, storeRelease, xchg } from "../memory/access.ts";
export function* publish(word: number) {
  yield smpMb();
  yield storeRelease(word, 1);
  const found = yield xchg(word, 2);
  yield* other(word);
}
`;

test("every ordering is found with its one-step weakenings, on its line", () => {
  expect(weakeningsOf("impl/a.ts", SOURCE).map(describeWeakening)).toEqual([
    "impl/a.ts:3 smpMb → nothing",
    "impl/a.ts:4 storeRelease → writeOnce",
    "impl/a.ts:5 xchg → xchgAcquire",
    "impl/a.ts:5 xchg → xchgRelease",
  ]);
});

test("a weakening changes only its own position, and moves no line", () => {
  const [barrier, store] = weakeningsOf("impl/a.ts", SOURCE);
  expect(barrier?.source.split("\n")[2]).toBe('  yield weaker(true, "");');
  expect(barrier?.source).toMatch(
    /^import \{ assertHolds as weakest \} from "#impl\/memory\/access\.ts"; const weaker = .*; import/u,
  );
  expect(store?.source.split("\n").slice(2, 4)).toEqual(["  yield smpMb();", "  yield weaker(word, 1);"]);
});
