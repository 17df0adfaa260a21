/** All other structures: objects as boxes with their words, arrows for pointers, laid out in layers. */
import { graphlib, layout } from "@dagrejs/dagre";
import { LIFE, type Memory } from "../counterexample/memory.ts";
import { type Drawing, drawingOf, type DrawnArrow, type DrawnBox, sizeOf } from "./drawing.ts";
import { allLines, titleOf } from "./object-text.ts";

/** Most objects of one picture. */
const BOXES_MAX = 60;

/** @param objects the objects to draw */
export function drawBoxes(memory: Memory, objects: readonly number[]): Drawing[] {
  const shown = objects.filter((object) => memory.life(object) !== LIFE.absent).slice(0, BOXES_MAX);
  if (shown.length === 0) return [];
  const texts = new Map(shown.map((object) => [object, allLines(memory, object)]));
  const sizes = shown.map((object) => sizeOf(titleOf(memory, object), texts.get(object) ?? []));
  const pointers = shown.flatMap((object) =>
    (memory.words[object] ?? new Int32Array(0)).reduce<Pointer[]>((found, value, word) => {
      const to = memory.isPointer(object, word) ? memory.objectAt(value) : undefined;
      if (to !== undefined && to !== object && texts.has(to)) found.push({ from: object, to, word });
      return found;
    }, []),
  );
  const places = placesOf(shown, sizes, pointers);
  const boxes = new Map(
    shown.map((object): [number, DrawnBox] => {
      const { x, y, width, height } = places.get(object) ?? { x: 0, y: 0, width: 0, height: 0 };
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

interface Pointer {
  readonly from: number;
  readonly to: number;
  readonly word: number;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** The middle of a box, and its size. */
interface Place extends Size {
  readonly x: number;
  readonly y: number;
}

/** A cache of layouts by their content: most steps change no pointer and no size, and a layout takes milliseconds. */
const known = new Map<string, ReadonlyMap<number, Place>>();
const KNOWN_MAX = 200;

function placesOf(
  objects: readonly number[],
  sizes: readonly Size[],
  pointers: readonly Pointer[],
): ReadonlyMap<number, Place> {
  const key = JSON.stringify([objects, sizes, pointers]);
  const before = known.get(key);
  if (before !== undefined) return before;
  const graph = new graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: "LR", nodesep: 14, ranksep: 46, marginx: 8, marginy: 8 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const [i, object] of objects.entries()) graph.setNode(String(object), { ...sizes[i] });
  for (const { from, to, word } of pointers) graph.setEdge(String(from), String(to), {}, String(word));
  layout(graph);
  const places = new Map(objects.map((object) => [object, graph.node(String(object)) as Place]));
  if (known.size >= KNOWN_MAX) known.clear();
  known.set(key, places);
  return places;
}
