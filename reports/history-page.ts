/**
 * A violation of linearizability as one self-contained page: a lane for each client, an interval for each operation,
 * and the orders that were tried. Pointing at an operation, or moving to it with Tab or the arrow keys, shows what it
 * did and where each order stops; ←/→ walk along the longest partial order.
 *
 * For a history from a file, the page also shows the end of its longest linearizable prefix, the notes in the file, and
 * the operations that were left out.
 */
import type { Explanation } from "#properties/linearizability/explain.ts";
import type { FailedOrder } from "#properties/linearizability/failed-orders.ts";
import type { RecordedOperation } from "#properties/histories/record.ts";
import { completedText, operationText } from "./history-text.ts";
import { lanesSvg } from "./history-lanes.ts";
import type { Bar } from "./history-lanes.ts";
import { recordingText } from "./history-recording.ts";
import type { RecordedOutcome } from "./history-recording.ts";
import { prefixText } from "./history-verdict.ts";
import { escaped } from "./html-text.ts";

/** Most notes, and operations left out, to list. */
const LISTED_MAX = 200;

/**
 * @param recorded the file's contents besides the history, if known
 * @returns the HTML of the page; text from the history is escaped
 */
export function historyPage(
  explanation: Explanation<unknown, unknown>,
  title: string,
  recorded?: RecordedOutcome,
): string {
  const { operations, orders, because, model, key, impossible } = explanation;
  const longest = orders[0]?.order ?? [];
  const heading = `${model}${key === undefined ? "" : `, key ${key}`}: ${because}`;
  const bars = operations.map((operation, i): Bar => {
    const place = longest.indexOf(i);
    return {
      client: operation.client,
      from: operation.invokedAt,
      to: operation.respondedAt,
      kind: i === impossible ? "impossible" : place === -1 ? "left" : "taken",
      text: `${i + 1}: ${completedText(operation)}`,
      place,
      ...(i === impossible ? { remark: "nothing explains this" } : {}),
    };
  });
  const culprit = operations[impossible];
  const detail = culprit === undefined ? "" : `${impossible + 1}: ${completedText(culprit)}, nothing explains this`;
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
<p>${operations.length} operations of <code>${escaped(title)}</code> that no order explains. Numbers in circles: the
longest possible order. Point at an operation, or use Tab and the arrow keys.</p>
${lanesSvg(bars, [], "lanes of the clients")}
<p id="detail" role="status" aria-live="polite">${escaped(detail)}</p>
<h2>Every order fails</h2>
<ol>
${orders.map(orderItem).join("\n")}
</ol>
${recorded === undefined ? "" : recordedSections(explanation, recorded)}<script>${SCRIPT}</script>
</body>
</html>
`;
}

function orderItem({ order, state, blocked }: FailedOrder): string {
  const done = order.length === 0 ? "at the start" : `after ${order.map((place) => place + 1).join(", ")}`;
  const reasons = blocked.map(({ operation, because }) => `<li>${operation + 1}: ${escaped(because)}</li>`).join("");
  return `<li><b>${done}</b> <code>${escaped(String(state) || "empty")}</code><ul>${reasons}</ul></li>`;
}

function recordedSections(explanation: Explanation<unknown, unknown>, recorded: RecordedOutcome): string {
  const { recording } = recorded;
  const { firstNotes, firstExcluded } = recording;
  const notes = firstNotes.slice(0, LISTED_MAX).map(({ line, text }) => `line ${line}: ${text}`);
  const excluded = firstExcluded
    .slice(0, LISTED_MAX)
    .map((operation) => `line ${operation.line}: client ${operation.client}, ${excludedText(operation)}`);
  const noteCount = recording.notes.nemesis + recording.notes.log + recording.notes.annotation;
  const excludedCount = Object.values(recording.excluded).reduce((sum, each) => sum + each, 0);
  return `${prefixSection(explanation, recorded)}<h2>What was read</h2>
<p>${recording.taken} operations, as ${escaped(recordingText(recording))}.</p>
${listing("Notes", notes, noteCount)}${listing("Left out by --exclude, and not checked", excluded, excludedCount)}`;
}

function listing(heading: string, items: readonly string[], count: number): string {
  if (count === 0) return "";
  const more = count > items.length ? `<li>… and ${count - items.length} more</li>` : "";
  return `<h3>${heading}</h3>\n<ul>${items.map((item) => `<li>${escaped(item)}</li>`).join("")}${more}</ul>\n`;
}

/** The end of the longest prefix, with the events during it. */
function prefixSection({ key }: Explanation<unknown, unknown>, { recording, lines, prefix }: RecordedOutcome): string {
  if (prefix === undefined) return "";
  const bars = prefix.operations.map((operation, i): Bar => {
    const index = prefix.indices[i] as number;
    const isNext = index === prefix.next;
    return {
      client: operation.client,
      from: operation.invokedAt,
      to: operation.respondedAt,
      kind: isNext ? "impossible" : "taken",
      text: completedText(operation),
      place: -1,
      remark: `line ${lines[index] ?? "?"}${isNext ? ", no order explains this response" : ""}`,
    };
  });
  const from = Math.min(...bars.map((bar) => bar.to ?? bar.from));
  const to = Math.max(...bars.map((bar) => bar.to ?? bar.from));
  const excluded = recording.firstExcluded
    .filter(({ invokedAt, respondedAt = Infinity }) => invokedAt <= to && respondedAt >= from)
    .map((operation): Bar => ({
      client: operation.client,
      from: operation.invokedAt,
      to: operation.respondedAt,
      kind: "excluded",
      text: excludedText(operation),
      place: -1,
      remark: `line ${operation.line}, left out by --exclude`,
    }));
  const moments = recording.firstNotes.flatMap(({ at, text, line }) =>
    at === undefined || at < from || at > to ? [] : [{ at, text: `note of line ${line}: ${text}` }],
  );
  const dots = moments.length === 0 ? "" : "; dots on top are notes";
  const legend = `${dots}${excluded.length === 0 ? "" : "; hollow ones are left out"}`;
  return `<h2>The longest linearizable prefix</h2>
<p>In this history, ${escaped(prefixText(prefix, key, lines))}. Its end, with the operations
that are open there${legend}:</p>
${lanesSvg([...bars, ...excluded], moments, "the end of the longest linearizable prefix")}
`;
}

function excludedText({ f, argument, output, respondedAt }: RecordedOperation): string {
  const invocation = operationText({
    kind: f,
    ...(argument === undefined || argument === null ? {} : { value: argument }),
  });
  return completedText({
    client: 0,
    operation: { kind: invocation },
    response: output ?? null,
    invokedAt: 0,
    respondedAt,
  });
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
g.excluded rect { fill: none; stroke-dasharray: 2 3; }
g.note line { stroke: #c80; stroke-dasharray: 2 4; }
g.note circle { fill: #c80; }
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
