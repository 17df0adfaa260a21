/** The text of an object's box: its words by name. */
import type { Memory } from "../counterexample/memory.ts";
import { LIFE } from "../counterexample/memory.ts";
import type { DrawnLine } from "./drawing.ts";

/** Most words of one object in a box. */
const LINES_MAX = 14;

/** A word's value: the object that it points to, or the number. */
export function valueText(memory: Memory, object: number, word: number): string {
  const value = memory.word(object, word);
  if (!memory.isPointer(object, word)) return String(value);
  if (value === 0) return "NIL";
  const target = memory.objectAt(value);
  return target === undefined ? String(value) : (memory.story.objects[target]?.name ?? String(value));
}

/** These words of the object, by name; those that it does not have are left out. */
export function wordLines(memory: Memory, object: number, names: readonly string[]): DrawnLine[] {
  return names.flatMap((name) => {
    const word = memory.wordNamed(object, name);
    if (word === -1) return [];
    return [{ text: `${name} ${valueText(memory, object, word)}`, isChanged: memory.isWordChanged(object, word) }];
  });
}

/** All words, except those that are 0 where there are many. */
export function allLines(memory: Memory, object: number): DrawnLine[] {
  const struct = memory.story.structs[memory.story.objects[object]?.struct ?? -1];
  const words = (struct?.words ?? []).map((name, word) => ({ name, word }));
  const shown =
    words.length <= LINES_MAX
      ? words
      : words.filter(({ word }) => memory.word(object, word) !== 0 || memory.isWordChanged(object, word));
  const lines = shown
    .slice(0, LINES_MAX)
    .map(({ name, word }) => ({
      text: `${name} ${valueText(memory, object, word)}`,
      isChanged: memory.isWordChanged(object, word),
    }));
  const left = words.length - lines.length;
  return left === 0 ? lines : [...lines, { text: `… ${left} more words`, isChanged: false }];
}

export function titleOf(memory: Memory, object: number): string {
  return memory.story.objects[object]?.name ?? `object ${object}`;
}

/** The state of an object, in a word; empty for an ordinary live object. */
export function lifeText(memory: Memory, object: number): string {
  switch (memory.life(object)) {
    case LIFE.fresh:
      return "not published";
    case LIFE.unlinked:
      return "unlinked";
    case LIFE.freed:
      return "freed";
    default:
      return "";
  }
}
