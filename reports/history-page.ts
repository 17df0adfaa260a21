/**
 * A violation of linearizability as one page without anything from outside: a lane for each client, an interval for
 * each operation, and the orders that were tried. Pointing at an operation, or moving to it with Tab or the arrow keys,
 * shows what it did and where each order stops; ←/→ walk along the longest partial order.
 */
import type { Explanation } from "#properties/linearizability/explain.ts";
import { answeredText } from "./history-text.ts";
import { visibleText } from "./visible-text.ts";

const LANE = 56;
const EVENT = 44;
const LEFT = 110;

/** @returns the HTML of the page; text from the history is escaped */
export function historyPage(explanation: Explanation<unknown, unknown>, title: string): string {
  const { operations, orders, because, model, key, impossible } = explanation;
  const longest = orders[0]?.order ?? [];
  const heading = `${model}${key === undefined ? "" : `, key ${key}`}: ${because}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>VIOLATED <small>${escaped(heading)}</small></h1>
<p>${operations.length} operations of <code>${escaped(title)}</code> that no order explains. Numbers in circles: the longest order that was possible. Point at an operation, or use Tab and the arrow keys.</p>
${lanesSvg(explanation, longest)}
<p id="detail" role="status" aria-live="polite">${escaped(operations[impossible] === undefined ? "" : `${impossible + 1}: ${answeredText(operations[impossible])}, nothing explains this`)}</p>
<h2>Every order fails</h2>
<ol>
${orders.map(({ order, state, blocked }) => `<li><b>${order.length === 0 ? "at the start" : `after ${order.map((place) => place + 1).join(", ")}`}</b> <code>${escaped(String(state) === "" ? "empty" : String(state))}</code><ul>${blocked.map(({ operation, because: reason }) => `<li>${operation + 1}: ${escaped(reason)}</li>`).join("")}</ul></li>`).join("\n")}
</ol>
<script>${SCRIPT}</script>
</body>
</html>
`;
}

function lanesSvg({ operations, impossible }: Explanation<unknown, unknown>, longest: readonly number[]): string {
  const times = operations
    .flatMap(({ invokedAt, respondedAt }) => (respondedAt === undefined ? [invokedAt] : [invokedAt, respondedAt]))
    .toSorted((left, right) => left - right);
  const x = (time: number): number => LEFT + times.indexOf(time) * EVENT + EVENT / 2;
  const clients = [...new Set(operations.map(({ client }) => client))];
  const width = LEFT + (times.length + 1) * EVENT;
  const height = clients.length * LANE + 8;
  const names = clients.map(
    (client, lane) =>
      `<text class="client" x="4" y="${lane * LANE + 34}">client ${escaped(String(client))}</text><line class="lane" x1="${LEFT}" x2="${width}" y1="${lane * LANE + LANE}" y2="${lane * LANE + LANE}"/>`,
  );
  const bars = operations.map((operation, i) => {
    const lane = clients.indexOf(operation.client);
    const from = x(operation.invokedAt);
    const to = operation.respondedAt === undefined ? width : x(operation.respondedAt);
    const place = longest.indexOf(i);
    const kind = i === impossible ? "impossible" : place === -1 ? "left" : "taken";
    const text = `${i + 1}: ${answeredText(operation)}`;
    const mark =
      place === -1
        ? ""
        : `<circle cx="${to - 10}" cy="${lane * LANE + 14}" r="9"/><text class="place" x="${to - 10}" y="${lane * LANE + 18}">${place + 1}</text>`;
    return `<g class="${kind}${operation.respondedAt === undefined ? " pending" : ""}" tabindex="0" role="img" data-order="${place}" aria-label="${escaped(`client ${operation.client}, ${text}${i === impossible ? ", nothing explains this" : ""}`)}"><rect x="${from}" y="${lane * LANE + 14}" width="${Math.max(8, to - from)}" height="30" rx="4"/><text x="${from + 6}" y="${lane * LANE + 34}">${escaped(text)}</text>${mark}</g>`;
  });
  return `<div class="scroll"><svg width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" aria-label="lanes of the clients">${names.join("")}${bars.join("")}</svg></div>`;
}

function escaped(text: string): string {
  return visibleText(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

const STYLE = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 75rem; margin: 1.5rem auto; padding: 0 1rem; }
small { font-weight: normal; font-size: 1rem; }
.scroll { overflow-x: auto; border: 1px solid #8886; border-radius: 6px; }
svg text { font: 13px system-ui, sans-serif; fill: currentColor; }
svg .lane { stroke: #8886; }
g rect { fill: #8883; stroke: #888; }
g.taken rect { fill: #3a7bd533; stroke: #3a7bd5; }
g.impossible rect { fill: #d53a3a44; stroke: #d53a3a; stroke-width: 2; }
g.pending rect { stroke-dasharray: 5 4; }
g circle { fill: #3a7bd5; }
svg .place { fill: #fff; text-anchor: middle; font-size: 11px; }
g:focus { outline: none; }
g:focus rect, g:hover rect { stroke-width: 3; }
#detail { min-height: 1.5em; font-weight: 600; }
`;

const SCRIPT = `
const marks = [...document.querySelectorAll("g[tabindex]")];
const detail = document.getElementById("detail");
const show = (mark) => { detail.textContent = mark.getAttribute("aria-label"); };
for (const mark of marks) {
  mark.addEventListener("pointerenter", () => show(mark));
  mark.addEventListener("focus", () => show(mark));
}
const along = marks.filter((mark) => mark.dataset.order !== "-1").sort((a, b) => a.dataset.order - b.dataset.order);
document.addEventListener("keydown", (event) => {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  const way = event.key === "ArrowUp" || event.key === "ArrowDown" ? marks : along;
  if (step === undefined || way.length === 0) return;
  event.preventDefault();
  const at = way.indexOf(document.activeElement);
  way[(at + step + way.length) % way.length].focus();
});
`;
