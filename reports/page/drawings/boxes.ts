/** Everything else: objects as boxes with their words, arrows for pointers, laid out in layers. */
import { graphlib, layout } from "@dagrejs/dagre";
import { LIFE, type Memory } from "../counterexample/memory.ts";
import { type Drawing, drawingOf, type DrawnArrow, type DrawnBox, sizeOf } from "./drawing.ts";
import { allLines, titleOf } from "./object-text.ts";

/** Objects that one picture has at most. */
const BOXES_MAX = 60;

/** @param objects those to draw */
export function drawBoxes(memory: Memory, objects: readonly number[]): Drawing[] {
  const shown = objects.filter((object) => memory.life(object) !== LIFE.absent).slice(0, BOXES_MAX);
  if (shown.length === 0) return [];
  const graph = new graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: "LR", nodesep: 14, ranksep: 46, marginx: 8, marginy: 8 });
  graph.setDefaultEdgeLabel(() => ({}));
  const texts = new Map(shown.map((object) => [object, allLines(memory, object)]));
  for (const object of shown) graph.setNode(String(object), sizeOf(titleOf(memory, object), texts.get(object) ?? []));
  const pointers = shown.flatMap((object) =>
    (memory.words[object] ?? new Int32Array(0)).reduce<{ from: number; to: number; word: number }[]>(
      (found, value, word) => {
        const to = memory.isPointer(object, word) ? memory.objectAt(value) : undefined;
        if (to !== undefined && to !== object && texts.has(to)) found.push({ from: object, to, word });
        return found;
      },
      [],
    ),
  );
  for (const { from, to, word } of pointers) graph.setEdge(String(from), String(to), {}, String(word));
  layout(graph);
  const boxes = new Map(
    shown.map((object): [number, DrawnBox] => {
      const { x, y, width, height } = graph.node(String(object)) as {
        x: number;
        y: number;
        width: number;
        height: number;
      };
      return [
        object,
        {
          object,
          part: "",
          title: titleOf(memory, object),
          lines: texts.get(object) ?? [],
          life: memory.life(object),
          isChanged: memory.isChanged(object),
          x: x - width / 2,
          y: y - height / 2,
          width,
          height,
        },
      ];
    }),
  );
  const arrows = pointers.flatMap(({ from, to, word }): DrawnArrow[] => {
    const one = boxes.get(from);
    const other = boxes.get(to);
    if (one === undefined || other === undefined) return [];
    const struct = memory.story.structs[memory.story.objects[from]?.struct ?? -1];
    return [{ from: one, to: other, label: struct?.words[word] ?? "", isChanged: memory.isWordChanged(from, word) }];
  });
  return [drawingOf("other objects", [...boxes.values()], arrows)];
}
