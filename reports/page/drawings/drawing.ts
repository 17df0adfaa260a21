/** A picture of a part of memory: boxes for objects, arrows for pointers, in pixels. */
import type { Life } from "../counterexample/memory.ts";

export interface DrawnLine {
  readonly text: string;
  /** The latest step wrote it. */
  readonly isChanged: boolean;
}

export interface DrawnBox {
  readonly object: number;
  /** The part of the object, where it is drawn in several; empty otherwise. */
  readonly part: string;
  readonly title: string;
  readonly lines: readonly DrawnLine[];
  readonly life: Life;
  readonly isChanged: boolean;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface DrawnArrow {
  readonly from: DrawnBox;
  readonly to: DrawnBox;
  readonly label: string;
  readonly isChanged: boolean;
}

export interface Drawing {
  readonly title: string;
  readonly boxes: readonly DrawnBox[];
  readonly arrows: readonly DrawnArrow[];
  readonly width: number;
  readonly height: number;
}

const LINE_HEIGHT = 15;
const TITLE_HEIGHT = 20;
const CHARACTER_WIDTH = 7;
const TITLE_CHARACTER_WIDTH = 7.8;
const MARGIN = 12;

/** The size of a box for these texts. */
export function sizeOf(
  title: string,
  lines: readonly DrawnLine[],
): { readonly width: number; readonly height: number } {
  const longest = Math.max(0, ...lines.map(({ text }) => text.length));
  return {
    width: Math.ceil(Math.max(40, longest * CHARACTER_WIDTH, title.length * TITLE_CHARACTER_WIDTH)) + 14,
    height: TITLE_HEIGHT + lines.length * LINE_HEIGHT + (lines.length > 0 ? 6 : 2),
  };
}

/** A drawing as large as its boxes need. */
export function drawingOf(title: string, boxes: readonly DrawnBox[], arrows: readonly DrawnArrow[]): Drawing {
  return {
    title,
    boxes,
    arrows,
    width: Math.max(60, ...boxes.map(({ x, width }) => x + width)) + MARGIN,
    height: Math.max(30, ...boxes.map(({ y, height }) => y + height)) + MARGIN,
  };
}
