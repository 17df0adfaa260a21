/**
 * Chains that begin in a word of an object: buckets of hash tables, lists, live caches. Each chain is drawn as a row.
 */
import { LIFE, type Memory } from "../counterexample/memory.ts";
import { type Drawing, drawingOf, type DrawnArrow, type DrawnBox, sizeOf } from "./drawing.ts";
import { allLines, titleOf, wordLines } from "./object-text.ts";

/** A kind of chain: its first words, by struct, and the word of a member that leads to the next. */
interface ChainKind {
  readonly title: string;
  readonly struct: string;
  readonly heads: RegExp;
  readonly members: string;
  readonly next: string;
  /** The shown words of a member; all if they are few. */
  readonly shows?: readonly string[];
}

const KINDS: readonly ChainKind[] = [
  {
    title: "hash table",
    struct: "table",
    heads: /^bucket/,
    members: "neighbour",
    next: "next",
    shows: ["address[3]", "address[4]", "refcount", "alive", "handle", "connection"],
  },
  {
    title: "paths of the device",
    struct: "device",
    heads: /^paths\[0\]$/,
    members: "path",
    next: "onDevice[0]",
    shows: ["listed", "handle", "query", "valid"],
  },
  {
    title: "neighbours of a path",
    struct: "path",
    heads: /^neighbours\[0\]$/,
    members: "neighbour",
    next: "onPath[0]",
    shows: ["refcount", "handle"],
  },
  {
    title: "connections to start",
    struct: "device",
    heads: /^startList\[0\]$/,
    members: "connection",
    next: "onList[0]",
    shows: ["neighbour", "started", "up"],
  },
  {
    title: "connections to reap",
    struct: "device",
    heads: /^reapList\[0\]$/,
    members: "connection",
    next: "onList[0]",
    shows: ["neighbour", "started", "up"],
  },
  {
    title: "cache",
    struct: "cache",
    heads: /^heads/,
    members: "dst",
    next: "hashNext",
    shows: ["key", "refcount", "obsolete", "device"],
  },
  {
    title: "garbage",
    struct: "garbage",
    heads: /^list$/,
    members: "dst",
    next: "next",
    shows: ["key", "refcount", "obsolete", "device"],
  },
  {
    title: "busy entries",
    struct: "busy",
    heads: /^list$/,
    members: "dst",
    next: "next",
    shows: ["key", "refcount", "obsolete", "device"],
  },
  {
    title: "live caches",
    struct: "domain",
    heads: /^caches$/,
    members: "cache",
    next: "next",
    shows: ["destination", "entry", "stamp"],
  },
  {
    title: "routes",
    struct: "domain",
    heads: /^routes$/,
    members: "entry",
    next: "next",
    shows: ["key", "length", "flags", "refcount", "serial"],
  },
  {
    title: "passive references",
    struct: "psrefHead",
    heads: /^first$/,
    members: "psref",
    next: "next",
    shows: ["target", "lwp", "cpu"],
  },
  {
    title: "unused peers",
    struct: "unusedList",
    heads: /^ends\[0\]$/,
    members: "peer",
    next: "unused[0]",
    shows: ["address", "refcount", "dtime"],
  },
  {
    title: "peers to free",
    struct: "gcQueue",
    heads: /^head$/,
    members: "peer",
    next: "gcNext",
    shows: ["address", "refcount"],
  },
];

const GAP = 34;

/** Most members of a row: a circular chain must end somewhere. */
const MEMBERS_MAX = 24;

export function drawChains(memory: Memory): Drawing[] {
  return KINDS.flatMap((kind) => drawKind(memory, kind));
}

function drawKind(memory: Memory, kind: ChainKind): Drawing[] {
  const rows: Row[] = memory.story.objects.flatMap((_, object) => {
    if (memory.structName(object) !== kind.struct || memory.life(object) === LIFE.absent) return [];
    const struct = memory.story.structs[memory.story.objects[object]?.struct ?? -1];
    return (struct?.words ?? []).flatMap((name, word) =>
      kind.heads.test(name) ? [{ object, word, name, members: membersOf(memory, kind, object, word) }] : [],
    );
  });
  const isShown = rows.some(({ members, object, word }) => members.length > 0 || memory.isWordChanged(object, word));
  return isShown ? [draw(memory, kind, rows)] : [];
}

interface Row {
  readonly object: number;
  readonly word: number;
  readonly name: string;
  readonly members: readonly number[];
}

function membersOf(memory: Memory, { members, next }: ChainKind, head: number, word: number): number[] {
  const found: number[] = [];
  let value = memory.word(head, word);
  while (found.length < MEMBERS_MAX) {
    const object = memory.objectAt(value);
    if (object === undefined || object === head || memory.structName(object) !== members || found.includes(object))
      break;
    found.push(object);
    value = memory.field(object, next) ?? 0;
  }
  return found;
}

function draw(memory: Memory, { title, next, shows }: ChainKind, rows: readonly Row[]): Drawing {
  const boxes: DrawnBox[] = [];
  const arrows: DrawnArrow[] = [];
  let y = 12;
  for (const { object, word, name, members } of rows) {
    const headTitle = `${titleOf(memory, object)}.${name.replace(/\[0\]$/, "")}`;
    const head: DrawnBox = {
      object,
      part: name,
      title: headTitle,
      lines: [],
      life: memory.life(object),
      isChanged: memory.isWordChanged(object, word),
      x: 12,
      y,
      ...sizeOf(headTitle, []),
    };
    boxes.push(head);
    let before = head;
    let x = head.x + Math.max(150, head.width) + GAP;
    let height = head.height;
    for (const member of members) {
      const lines = shows === undefined ? allLines(memory, member) : wordLines(memory, member, shows);
      const box: DrawnBox = {
        object: member,
        part: "",
        title: titleOf(memory, member),
        lines,
        life: memory.life(member),
        isChanged: memory.isChanged(member),
        x,
        y,
        ...sizeOf(titleOf(memory, member), lines),
      };
      const isFirst = before === head;
      const changedWord = isFirst ? word : memory.wordNamed(before.object, next);
      arrows.push({
        from: before,
        to: box,
        label: isFirst ? name : next,
        isChanged: memory.isWordChanged(before.object, changedWord),
      });
      boxes.push(box);
      before = box;
      x += box.width + GAP;
      height = Math.max(height, box.height);
    }
    y += height + 14;
  }
  return drawingOf(title, boxes, arrows);
}
