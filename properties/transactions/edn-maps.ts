/**
 * The maps of an EDN history with their lines, quickly where each stands on a line of its own: such a line need not be
 * looked at character by character. From the first that does not, all is.
 */
import { createEdnSplitter } from "#properties/histories/edn.ts";
import type { EdnSplitter } from "#properties/histories/edn.ts";

export function createEdnMaps(file: string, onMap: (text: string, line: number) => void): EdnSplitter {
  let thorough: EdnSplitter | undefined;
  let rest = "";
  let lines = 0;

  /** False if the line is more, or less, than one map. */
  function take(text: string): boolean {
    const map = text.trim();
    if (map !== "" && !isOneMap(map)) return false;
    lines += 1;
    if (map !== "") onMap(map, lines);
    return true;
  }

  function goOnThoroughly(text: string): void {
    thorough = createEdnSplitter(file, onMap);
    thorough.add("\n".repeat(lines)); // what was taken before
    thorough.add(text);
  }

  return {
    add(text) {
      if (thorough !== undefined) {
        thorough.add(text);
        return;
      }
      const all = rest + text;
      let start = 0;
      for (let end = all.indexOf("\n"); end !== -1; end = all.indexOf("\n", start)) {
        if (!take(all.slice(start, end))) {
          goOnThoroughly(all.slice(start));
          return;
        }
        start = end + 1;
      }
      rest = all.slice(start);
    },
    end() {
      if (thorough === undefined && !take(rest)) goOnThoroughly(rest);
      thorough?.end();
    },
  };
}

/** Braces around all of it, brackets that match, and nothing in which others could hide. */
function isOneMap(text: string): boolean {
  if (!text.startsWith("{") || text.indexOf("{", 1) !== -1 || text.indexOf("}") !== text.length - 1) return false;
  if (/["\\();]/.test(text)) return false;
  let open = 0;
  for (let i = 0; i < text.length && open >= 0; i += 1) {
    const code = text.charCodeAt(i);
    if (code === OPENING) open += 1;
    else if (code === CLOSING) open -= 1;
  }
  return open === 0;
}

const OPENING = "[".charCodeAt(0);
const CLOSING = "]".charCodeAt(0);
