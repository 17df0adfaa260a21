import { expect, test } from "vitest";
import { countOfFiles } from "./litmus-progress.ts";

/** The output for counts that arrive at the given milliseconds. */
function written(total: number, isTTY: boolean, counts: readonly (readonly [number, number])[]): string {
  let text = "";
  let time = 0;
  const progress = countOfFiles(total, { isTTY, write: (more) => (text += more) }, () => time);
  for (const [decided, at] of counts) {
    time = at;
    progress.show(decided);
  }
  progress.clear();
  progress.clear();
  return text;
}

test("a terminal shows one changing line, which is cleared at the end", () => {
  expect(
    written(3, true, [
      [1, 0],
      [2, 10],
    ]),
  ).toBe("\r\u001B[K1 of 3 litmus tests decided\r\u001B[K2 of 3 litmus tests decided\r\u001B[K");
});

test("elsewhere, at most one line every five seconds is written", () => {
  expect(
    written(9, false, [
      [1, 4_999],
      [2, 5_000],
      [3, 9_999],
      [4, 10_000],
    ]),
  ).toBe("2 of 9 litmus tests decided\n4 of 9 litmus tests decided\n");
});

test("a single file and the last one need no line", () => {
  expect(written(1, true, [[1, 0]])).toBe("");
  expect(written(2, false, [[2, 60_000]])).toBe("");
});
