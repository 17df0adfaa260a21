import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { InputError } from "#fuzz/host/input-error.ts";
import { applyToModules, parseBugHeader } from "./patch.ts";

const HEAD = `summary: a peer is freed
  too early
system: peers
caught-by: memory-safety, refcount
scenario: peers-two-creators
preemptions: 1
source: Linux net/ipv4/inetpeer.c (2012)

`;

const DIFF = `--- a/one.ts
+++ b/one.ts
@@ -1,3 +1,3 @@
 first
-second
+changed
 third
`;

function projectWith(text: string): string {
  const root = mkdtempSync(join(tmpdir(), "quiesce-patch-"));
  writeFileSync(join(root, "one.ts"), text);
  return root;
}

test("a head is read field by field, including continuation lines", () => {
  expect(parseBugHeader("some-bug", HEAD + DIFF)).toEqual({
    slug: "some-bug",
    summary: "a peer is freed too early",
    system: "peers",
    caughtBy: ["memory-safety", "refcount"],
    scenario: "peers-two-creators",
    preemptionsMax: 1,
    source: "Linux net/ipv4/inetpeer.c (2012)",
  });
});

test("a head without one of its fields is refused, naming the field", () => {
  expect(() => parseBugHeader("some-bug", HEAD.replace(/^scenario.*\n/m, "") + DIFF)).toThrow(
    'some-bug: its head has no "scenario: …"',
  );
});

test("a head whose preemptions are not a whole number is refused", () => {
  for (const wrong of ["-1", "few", "1.5"]) {
    expect(() => parseBugHeader("some-bug", HEAD.replace("preemptions: 1", `preemptions: ${wrong}`) + DIFF)).toThrow(
      `preemptions is "${wrong}"`,
    );
  }
});

test("a head with a line that is not a field is refused with the line", () => {
  expect(() => parseBugHeader("some-bug", `What is this?\n${HEAD}${DIFF}`)).toThrow('has the line "What is this?"');
});

test("a patch changes the module in memory and leaves the file unchanged", () => {
  const root = projectWith("first\nsecond\nthird\n");
  const { sources } = applyToModules("some-bug", HEAD + DIFF, root);
  expect([...sources]).toEqual([[pathToFileURL(join(root, "one.ts")).href, "first\nchanged\nthird\n"]]);
});

test("two parts of a patch may change one file, one after the other", () => {
  const root = projectWith("first\nsecond\nthird\n");
  const again = DIFF.replace("-second\n+changed", "-changed\n+changed again");
  expect([...applyToModules("some-bug", DIFF + again, root).sources.values()]).toEqual([
    "first\nchanged again\nthird\n",
  ]);
});

test("an error for a patch that does not apply names the file, the hunk and its line", () => {
  const root = projectWith("first\nsomething else\nthird\n");
  expect(() => applyToModules("some-bug", DIFF, root)).toThrow(
    "some-bug: it does not apply to one.ts: hunk 1 (at line 1) fits nowhere; regenerate it against the present code",
  );
});

test("a patch of a missing file is reported", () => {
  const root = projectWith("");
  expect(() => applyToModules("some-bug", DIFF.replaceAll("one.ts", "two.ts"), root)).toThrow(
    "it changes two.ts, and there is no such file",
  );
});

test("a patch of a file outside the project is refused", () => {
  const root = projectWith("");
  expect(() => applyToModules("some-bug", DIFF.replaceAll("one.ts", "../../etc/passwd"), root)).toThrow(
    "lies outside the project",
  );
});

test("text that is not a patch, or a truncated patch, is refused", () => {
  const root = projectWith("first\nsecond\nthird\n");
  expect(() => applyToModules("some-bug", "hello", root)).toThrow("it holds no unified diff");
  expect(() => applyToModules("some-bug", DIFF.slice(0, -12), root)).toThrow(InputError);
});
