/** The tutorial as steps that can be done: its fenced blocks, in order. */

export type TutorialStep =
  /** Commands, one a line; the last ends with that exit code, those before it with 0 or the same. */
  | { readonly kind: "run"; readonly commands: readonly string[]; readonly exitCode: number }
  /** Lines of which each must stand in what the commands before it printed, whatever the number of blanks. */
  | { readonly kind: "printed"; readonly lines: readonly string[] }
  /** A unified diff to apply; or, `reversed`, the one before it to take back. */
  | { readonly kind: "edit"; readonly patch: string; readonly isReversed: boolean };

/** @throws RangeError for a block of another kind: nothing in the tutorial goes unchecked */
export function tutorialSteps(markdown: string): readonly TutorialStep[] {
  let lastPatch = "";
  return [...markdown.matchAll(/^```([^\n]*)\n([\s\S]*?)^```$/gm)].map(([, info = "", text = ""]): TutorialStep => {
    const lines = text.split("\n").filter((line) => line.trim() !== "");
    const exits = /^sh(?: exits (\d))?$/.exec(info);
    if (exits !== null) return { kind: "run", commands: lines, exitCode: Number(exits[1] ?? 0) };
    if (info === "text") return { kind: "printed", lines };
    if (info === "diff") {
      lastPatch = text;
      return { kind: "edit", patch: text, isReversed: false };
    }
    if (info === "diff reversed") return { kind: "edit", patch: lastPatch, isReversed: true };
    throw new RangeError(`the tutorial has a block "${info}"; blocks are sh, sh exits N, text, diff and diff reversed`);
  });
}
