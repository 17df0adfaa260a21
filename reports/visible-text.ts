/**
 * Characters that a terminal, an editor or an XML parser would interpret instead of showing: controls, marks that
 * reverse the direction of writing, zero-width blanks, and halves of surrogate pairs.
 */
const INVISIBLE = new RegExp(
  [
    String.raw`[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufffe\uffff]`,
    String.raw`[\ud800-\udbff](?![\udc00-\udfff])`,
    String.raw`(?<![\ud800-\udbff])[\udc00-\udfff]`,
  ].join("|"),
  "g",
);

/**
 * Text from a trace, a scenario or a patch, safe for one line of a terminal or a report: characters that would be
 * interpreted are written as `\u{1b}`.
 */
export function visibleText(text: string): string {
  return text.replace(INVISIBLE, (character) => `\\u{${character.charCodeAt(0).toString(16)}}`);
}

/** Visible text that GitHub-flavoured Markdown shows unchanged, inside a table cell too. */
export function markdownText(text: string): string {
  return (
    visibleText(text)
      .replace(/&/g, "&amp;")
      .replace(/</g, "&lt;")
      .replace(/>/g, "&gt;")
      .replace(/[\\`*_[\]{}()#+|~!-]/g, (mark) => `\\${mark}`)
      // A name such as www.example.org or somebody@example.org would become a link, a name after @ a mention.
      .replace(/[@:]/g, (mark) => `&#${mark.charCodeAt(0)};`)
      .replace(/\bwww\./gi, (start) => `${start.slice(0, 3)}&#46;`)
  );
}

/** Visible text as Markdown code, in as many backticks as needed. */
export function markdownCode(text: string): string {
  const shown = visibleText(text).replace(/\|/g, "\\|");
  const longest = Math.max(0, ...(shown.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  const blank = longest > 0 ? " " : "";
  return `${fence}${blank}${shown}${blank}${fence}`;
}
