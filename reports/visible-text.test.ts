import * as fc from "fast-check";
import { expect, test } from "vitest";
import { markdownCode, markdownText, visibleText } from "./visible-text.ts";

test("ordinary text is unchanged, including letters of other alphabets and emoji", () => {
  expect(visibleText("peers-acquire: Straße, 同步, 🧵")).toBe("peers-acquire: Straße, 同步, 🧵");
});

test("an escape sequence is shown, not interpreted", () => {
  expect(visibleText("\u001b[31mred\u0007")).toBe("\\u{1b}[31mred\\u{7}");
});

test("a mark that reverses the direction of writing is shown", () => {
  expect(visibleText("safe\u202eevil")).toBe("safe\\u{202e}evil");
});

test("half a surrogate pair is shown", () => {
  expect(visibleText("a\ud83d")).toBe("a\\u{d83d}");
  expect(visibleText("\udd35b")).toBe("\\u{dd35}b");
});

test("no text keeps a character that a terminal would interpret", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      // oxlint-disable-next-line no-control-regex -- the test is about controls
      expect(visibleText(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
      expect(visibleText(text).isWellFormed()).toBe(true);
    }),
    { seed: 1 },
  );
});

test("Markdown and HTML in a name are shown, not interpreted", () => {
  expect(markdownText("<img src=x>|**a** [b](c)")).toBe("&lt;img src=x&gt;\\|\\*\\*a\\*\\* \\[b\\]\\(c\\)");
  expect(markdownText("http://x @me www.x")).toBe("http&#58;//x &#64;me www&#46;x");
});

test("code keeps its backticks and breaks no table", () => {
  expect(markdownCode("npx quiesce")).toBe("`npx quiesce`");
  expect(markdownCode("a`b|c\n")).toBe("`` a`b\\|c\\u{a} ``");
});
