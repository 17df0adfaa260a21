/** Bars as SVG, group by group, each group with its own scale. */
import type { Speed } from "./measure.ts";

export interface Group {
  readonly name: string;
  readonly speeds: readonly Speed[];
}

export function barChart(groups: readonly Group[]): string {
  const rows: string[] = [];
  let y = 10;
  for (const { name, speeds } of groups) {
    rows.push(`<text x="10" y="${y + 14}" font-weight="bold">${escaped(name)}</text>`);
    y += 22;
    const fastest = Math.max(...speeds.map(({ speed }) => speed));
    for (const { name: who, speed } of speeds) {
      const width = (400 * speed) / fastest;
      rows.push(
        `<text x="10" y="${y + 12}">${escaped(who)}</text><rect x="250" y="${y}" width="${width.toFixed(1)}" height="14" fill="${who.startsWith("quiesce") ? "#2563eb" : "#9ca3af"}"/><text x="${(256 + width).toFixed(1)}" y="${y + 12}">${speed.toFixed(2)} M/s</text>`,
      );
      y += 18;
    }
    y += 10;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" width="760" height="${y}" font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="white"/>${rows.join("\n")}</svg>\n`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
