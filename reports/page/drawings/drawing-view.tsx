import { LIFE, type Life } from "../counterexample/memory.ts";
import { shownText } from "../shown-text.ts";
import type { DrawnArrow, DrawnBox, Drawing } from "./drawing.ts";

const LIFE_CLASS: Readonly<Record<Life, string>> = {
  [LIFE.absent]: "absent",
  [LIFE.fresh]: "fresh",
  [LIFE.linked]: "linked",
  [LIFE.unlinked]: "unlinked",
  [LIFE.freed]: "freed",
};

const LIFE_TEXT: Readonly<Record<Life, string>> = {
  [LIFE.absent]: "",
  [LIFE.fresh]: "not published",
  [LIFE.linked]: "",
  [LIFE.unlinked]: "unlinked",
  [LIFE.freed]: "freed",
};

/** @param culprit the object of the violation; @param current the object of the step */
export function DrawingView({
  drawing,
  names,
  current,
  word,
  culprit,
}: {
  drawing: Drawing;
  names: readonly string[];
  current: number | undefined;
  /** Name of the word that the step accesses. */
  word: string;
  culprit: number | undefined;
}) {
  const { title, boxes, arrows, width, height } = drawing;
  return (
    <figure class="drawing" data-drawing={title}>
      <figcaption>{shownText(title)}</figcaption>
      <div class="scroll" tabindex={0} role="region" aria-label={`drawing: ${title}`}>
        <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={describe(drawing)}>
          {arrows.map((arrow) => (
            <Arrow key={`${arrow.from.object} ${arrow.from.part} ${arrow.label}`} arrow={arrow} names={names} />
          ))}
          {boxes.map((box) => (
            <Box
              key={`${box.object} ${box.part}`}
              box={box}
              name={names[box.object] ?? ""}
              isCurrent={
                box.object === current && (box.part === "" || word === box.part || word.startsWith(`${box.part}.`))
              }
              isCulprit={box.object === culprit}
            />
          ))}
        </svg>
      </div>
    </figure>
  );
}

function Box({
  box,
  name,
  isCurrent,
  isCulprit,
}: {
  box: DrawnBox;
  name: string;
  isCurrent: boolean;
  isCulprit: boolean;
}) {
  const { x, y, width, height, title, lines, life, isChanged } = box;
  const classes = [
    "box",
    LIFE_CLASS[life],
    ...(isChanged ? ["changed"] : []),
    ...(isCurrent ? ["current"] : []),
    ...(isCulprit ? ["culprit"] : []),
  ];
  return (
    <g class={classes.join(" ")} transform={`translate(${x} ${y})`} data-object={name} data-life={LIFE_CLASS[life]}>
      <rect width={width} height={height} rx={5} />
      <text class="title" x={7} y={14}>
        {shownText(title)}
      </text>
      {LIFE_TEXT[life] !== "" && (
        <text class="life" x={width} y={-3} text-anchor="end">
          {LIFE_TEXT[life]}
        </text>
      )}
      {lines.map(({ text, isChanged: wasWritten }, i) => (
        <text key={text} class={wasWritten ? "line changed" : "line"} x={7} y={32 + i * 15}>
          {shownText(text)}
        </text>
      ))}
    </g>
  );
}

function Arrow({ arrow, names }: { arrow: DrawnArrow; names: readonly string[] }) {
  const { from, to, label, isChanged } = arrow;
  const isBelow = to.y > from.y + from.height;
  const isRight = to.x > from.x + from.width - 4;
  const start = isBelow
    ? { x: from.x + from.width / 2 + (label === "left" ? -12 : label === "right" ? 12 : 0), y: from.y + from.height }
    : { x: isRight ? from.x + from.width : from.x, y: from.y + Math.min(12, from.height / 2) };
  const end = isBelow
    ? { x: to.x + to.width / 2, y: to.y }
    : { x: isRight ? to.x : to.x + to.width, y: to.y + Math.min(12, to.height / 2) };
  const bend = isBelow
    ? `${start.x} ${(start.y + end.y) / 2} ${end.x} ${(start.y + end.y) / 2}`
    : `${(start.x + end.x) / 2} ${start.y} ${(start.x + end.x) / 2} ${end.y}`;
  return (
    <g
      class={isChanged ? "arrow changed" : "arrow"}
      data-from={names[from.object]}
      data-to={names[to.object]}
      data-label={label}
    >
      <path d={`M ${start.x} ${start.y} C ${bend} ${end.x} ${end.y}`} marker-end="url(#arrowhead)" />
      {isBelow && (
        <text x={(start.x + end.x) / 2 + 3} y={(start.y + end.y) / 2 + 4}>
          {shownText(label)}
        </text>
      )}
    </g>
  );
}

/** The head of all arrows. It occurs once in the page. */
export function ArrowHead() {
  return (
    <svg width="0" height="0" class="definitions" aria-hidden="true">
      <defs>
        <marker
          id="arrowhead"
          viewBox="0 0 8 8"
          refX="7"
          refY="4"
          markerWidth="7"
          markerHeight="7"
          orient="auto-start-reverse"
        >
          <path d="M 0 0 L 8 4 L 0 8 z" />
        </marker>
      </defs>
    </svg>
  );
}

/** Most characters of a drawing in words. */
const DESCRIPTION_MAX = 20_000;

/** The drawing in words, for screen readers. */
function describe({ title, boxes, arrows }: Drawing): string {
  const things = boxes.map((box) => {
    const life = LIFE_TEXT[box.life];
    return `${box.title}${life === "" ? "" : ` (${life})`}: ${box.lines.map(({ text }) => text).join(", ")}`;
  });
  const links = arrows.map(({ from, to, label }) => `${from.title} ${label} to ${to.title}`);
  return shownText(`${title}. ${things.join("; ")}. ${links.join("; ")}`, DESCRIPTION_MAX);
}
