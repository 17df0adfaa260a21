import { expect, test } from "vitest";
import { tutorialSteps } from "./tutorial-steps.ts";

const fence = "```";

test("blocks become steps in order, and a reversed edit takes back the one before it", () => {
  const text = `# T\n${fence}sh\none\ntwo\n${fence}\n${fence}text\nholds\n${fence}\n${fence}diff\n--- a\n${fence}\n${fence}sh exits 1\nthree\n${fence}\n${fence}diff reversed\n${fence}\n`;
  expect(tutorialSteps(text)).toEqual([
    { kind: "run", commands: ["one", "two"], exitCode: 0 },
    { kind: "printed", lines: ["holds"] },
    { kind: "edit", patch: "--- a\n", isReversed: false },
    { kind: "run", commands: ["three"], exitCode: 1 },
    { kind: "edit", patch: "--- a\n", isReversed: true },
  ]);
});

test("a block that nobody would check is refused", () => {
  expect(() => tutorialSteps(`${fence}js\nx\n${fence}\n`)).toThrow('the tutorial has a block "js"');
});
