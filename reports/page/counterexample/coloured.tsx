import { createLowlight } from "lowlight";
import typescript from "highlight.js/lib/languages/typescript";
import type { JSX } from "preact";
import { shownText } from "../shown-text.ts";

const lowlight = createLowlight({ typescript });

type Node = ReturnType<typeof lowlight.highlight>["children"][number];

interface Piece {
  readonly text: string;
  readonly kind: string;
}

/** By excerpt: its lines as pieces of one colour. */
const known = new WeakMap<readonly string[], readonly (readonly Piece[])[]>();

/** One coloured line of an excerpt. The whole excerpt is coloured once. */
export function Coloured({
  from,
  lines,
  line,
}: {
  file: string;
  from: number;
  lines: readonly string[];
  line: number;
}): JSX.Element {
  const pieces = colouredLines(lines)[line - from] ?? [];
  return (
    <>
      {pieces.map(({ text, kind }, i) => (
        <span key={i} class={kind}>
          {shownText(text)}
        </span>
      ))}
      {"\n"}
    </>
  );
}

function colouredLines(lines: readonly string[]): readonly (readonly Piece[])[] {
  const before = known.get(lines);
  if (before !== undefined) return before;
  const found: Piece[][] = [[]];
  const add = (nodes: readonly Node[], kind: string): void => {
    for (const node of nodes) {
      if (node.type === "text") {
        for (const [i, text] of node.value.split("\n").entries()) {
          if (i > 0) found.push([]);
          if (text !== "") found.at(-1)?.push({ text, kind });
        }
      } else if (node.type === "element") {
        const names = node.properties["className"];
        add(node.children, Array.isArray(names) ? names.join(" ") : kind);
      }
    }
  };
  add(lowlight.highlight("typescript", lines.join("\n")).children, "");
  known.set(lines, found);
  return found;
}
