/** The clock of slots of the compressed TIME_WAIT: records side by side, and the moving hands. */
import type { Memory } from "../counterexample/memory.ts";
import { type Drawing, drawingOf, type DrawnBox, type DrawnLine, sizeOf } from "./drawing.ts";
import { titleOf, valueText } from "./object-text.ts";

/** The bit of a slot's attributes that marks it as taken. */
const TAKEN = 4;

const SHOWN = ["expires", "ports", "addresses[0]", "addresses[1]", "attributes"];

const PER_ROW = 4;

/** @param touched objects that the execution accesses: the slots of other families are left out */
export function drawSlots(memory: Memory, touched: ReadonlySet<number>): Drawing[] {
  return memory.story.objects.flatMap((_, object) => {
    if (memory.structName(object) !== "vestiges" || !touched.has(object)) return [];
    const struct = memory.story.structs[memory.story.objects[object]?.struct ?? -1];
    const slots = Map.groupBy(
      (struct?.words ?? []).map((name, word) => ({ name, word })),
      ({ name }) => name.slice(0, name.indexOf(".")),
    );
    const hands = handsOf(memory);
    return [drawingOf(`slots of ${titleOf(memory, object)}${hands}`, boxesOf(memory, object, slots), [])];
  });
}

function boxesOf(
  memory: Memory,
  object: number,
  slots: ReadonlyMap<string, readonly { readonly name: string; readonly word: number }[]>,
): DrawnBox[] {
  let x = 12;
  let y = 12;
  let rowHeight = 0;
  return [...slots].map(([slot, words], index): DrawnBox => {
    const attributes = words.find(({ name }) => name.endsWith(".attributes"))?.word ?? -1;
    const isTaken = (memory.word(object, attributes) & TAKEN) !== 0;
    const lines: DrawnLine[] = words
      .filter(
        ({ name, word }) => SHOWN.some((shown) => name.endsWith(`.${shown}`)) || memory.isWordChanged(object, word),
      )
      .map(({ name, word }) => ({
        text: `${name.slice(slot.length + 1)} ${valueText(memory, object, word)}`,
        isChanged: memory.isWordChanged(object, word),
      }));
    const title = `${slot}${isTaken ? " taken" : " free"}`;
    const { width, height } = sizeOf(title, lines);
    if (index > 0 && index % PER_ROW === 0) {
      x = 12;
      y += rowHeight + 14;
      rowHeight = 0;
    }
    const box = {
      object,
      part: slot,
      title,
      lines,
      life: memory.life(object),
      isChanged: lines.some(({ isChanged }) => isChanged),
      x,
      y,
      width,
      height,
    };
    x += box.width + 10;
    rowHeight = Math.max(rowHeight, height);
    return box;
  });
}

/** The positions of the arenas' hands. */
function handsOf(memory: Memory): string {
  const arenas = memory.story.objects.flatMap((_, object) => {
    if (memory.structName(object) !== "arena" || (memory.field(object, "taken") ?? 0) === 0) return [];
    return [
      `${titleOf(memory, object)}: hand ${memory.field(object, "hand")}, ` +
        `oldest ${memory.field(object, "oldest")}, taken ${memory.field(object, "taken")}`,
    ];
  });
  return arenas.length === 0 ? "" : ` (${arenas.join("; ")})`;
}
