/** Search trees: each object below its parent, from left to right in the order of keys. */
import { LIFE, type Memory } from "../counterexample/memory.ts";
import { type Drawing, drawingOf, type DrawnArrow, type DrawnBox, type DrawnLine, sizeOf } from "./drawing.ts";
import { titleOf, wordLines } from "./object-text.ts";

const COLUMN = 14;
const ROW = 36;

interface Placed {
  readonly object: number;
  readonly column: number;
  readonly depth: number;
}

/** Is the object a node of a tree? */
export function isTreeNode(memory: Memory, object: number): boolean {
  const isSlabObject = memory.story.objects[object]?.isStatic === false;
  return isSlabObject && memory.wordNamed(object, "left") !== -1 && memory.wordNamed(object, "right") !== -1;
}

/** One drawing for each root, and one for nodes that no root leads to. */
export function drawTrees(memory: Memory): Drawing[] {
  const nodes = memory.story.objects.flatMap((_, object) => (isTreeNode(memory, object) ? [object] : []));
  if (nodes.length === 0) return [];
  const roots = memory.story.objects.flatMap((_, object) => {
    const word = memory.wordNamed(object, "root");
    return word !== -1 && memory.isPointer(object, word) ? [{ object, word }] : [];
  });
  const seen = new Set<number>();
  const drawings = roots.flatMap(({ object, word }) => {
    const first = memory.objectAt(memory.word(object, word));
    const placed = first === undefined || !isTreeNode(memory, first) ? [] : place(memory, first, seen);
    if (placed.length === 0) return [];
    return [draw(memory, `tree of ${titleOf(memory, object)}`, placed)];
  });
  const outside = nodes.filter((object) => !seen.has(object) && memory.life(object) !== LIFE.absent);
  if (outside.length > 0)
    drawings.push(
      draw(
        memory,
        "in no tree",
        outside.map((object, column) => ({ object, column, depth: 0 })),
      ),
    );
  return drawings;
}

/** In order of keys; an object reached a second time, as during a rotation, keeps its place. */
function place(memory: Memory, root: number, seen: Set<number>): Placed[] {
  const placed: Placed[] = [];
  const visit = (object: number, depth: number): void => {
    if (seen.has(object)) return;
    seen.add(object);
    const left = childOf(memory, object, "left");
    const right = childOf(memory, object, "right");
    if (left !== undefined) visit(left, depth + 1);
    placed.push({ object, column: placed.length, depth });
    if (right !== undefined) visit(right, depth + 1);
  };
  visit(root, 0);
  return placed;
}

function childOf(memory: Memory, object: number, side: "left" | "right"): number | undefined {
  const child = memory.objectAt(memory.field(object, side) ?? 0);
  return child !== undefined && isTreeNode(memory, child) ? child : undefined;
}

function draw(memory: Memory, title: string, placed: readonly Placed[]): Drawing {
  const texts = placed.map(({ object }) => linesOf(memory, object));
  const sizes = placed.map(({ object }, i) => sizeOf(titleOf(memory, object), texts[i] ?? []));
  const rowHeight = Math.max(...sizes.map(({ height }) => height)) + ROW;
  let x = 12;
  /** The end of the last box of each row: a child may be half under its parent, but never over its neighbour. */
  const ends: number[] = [];
  const boxes = placed.map(({ object, depth }, i): DrawnBox => {
    const { width, height } = sizes[i] ?? { width: 60, height: 30 };
    x = Math.max(x, (ends[depth] ?? 0) + COLUMN);
    const box = {
      object,
      part: "",
      title: titleOf(memory, object),
      lines: texts[i] ?? [],
      life: memory.life(object),
      isChanged: memory.isChanged(object),
      x,
      y: 12 + depth * rowHeight,
      width,
      height,
    };
    ends[depth] = x + width;
    x += width / 2;
    return box;
  });
  const boxOf = new Map(boxes.map((box) => [box.object, box]));
  const arrows = boxes.flatMap((from) =>
    (["left", "right"] as const).flatMap((side): DrawnArrow[] => {
      const to = boxOf.get(childOf(memory, from.object, side) ?? -1);
      const isChanged = memory.isWordChanged(from.object, memory.wordNamed(from.object, side));
      return to === undefined ? [] : [{ from, to, label: side, isChanged }];
    }),
  );
  return drawingOf(title, boxes, arrows);
}

function linesOf(memory: Memory, object: number): DrawnLine[] {
  const height = memory.wordNamed(object, "height");
  const lines = wordLines(memory, object, ["address", "refcount"]);
  if (height === -1) return lines;
  const balance = heightOf(memory, object, "left") - heightOf(memory, object, "right");
  const text = `height ${memory.word(object, height)} balance ${balance > 0 ? "+" : ""}${balance}`;
  return [...lines, { text, isChanged: memory.isWordChanged(object, height) }];
}

function heightOf(memory: Memory, object: number, side: "left" | "right"): number {
  const child = childOf(memory, object, side);
  return child === undefined ? 0 : (memory.field(child, "height") ?? 0);
}
