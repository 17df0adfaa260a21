import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import type { Scalar } from "#model/object-shape.ts";
import { casRegister } from "#model/objects/cas-register.ts";
import type { CasRegisterOperation } from "#model/objects/cas-register.ts";
import { explain } from "#properties/linearizability/explain.ts";
import type { Explanation } from "#properties/linearizability/explain.ts";
import type { Recording } from "#properties/histories/recording.ts";
import type { History } from "#properties/linearizability/history.ts";
import { longestPrefix } from "#properties/linearizability/longest-prefix.ts";
import { historyPage } from "./history-page.ts";
import { completedText, historyText, operationText } from "./history-text.ts";
import { outcomeText } from "./history-verdict.ts";

function history(clients: readonly [string, string, string]): History<CasRegisterOperation, Scalar> {
  return [
    {
      client: clients[2],
      operation: { kind: "write", value: 7 },
      response: undefined,
      invokedAt: 0,
      respondedAt: undefined,
    },
    { client: clients[0], operation: { kind: "write", value: 1 }, response: null, invokedAt: 1, respondedAt: 2 },
    { client: clients[1], operation: { kind: "read" }, response: 7, invokedAt: 3, respondedAt: 4 },
    { client: clients[1], operation: { kind: "read" }, response: 1, invokedAt: 5, respondedAt: 6 },
  ];
}

function explained(clients: readonly [string, string, string] = ["a", "b", "c"]): Explanation<unknown, unknown> {
  const found = explain(history(clients), casRegister(0), { method: "search" });
  if (found.kind !== "violated") throw new Error("it holds");
  return found;
}

const prefix = longestPrefix(
  history(["a", "b", "c"]),
  casRegister(0),
  Int32Array.of(0, 1, 2, 3),
  undefined,
  {},
  () => false,
);

test("the text draws each client's lane, and states why every order fails", () => {
  expect(historyText(explained())).toBe(`VIOLATED cas-register: no order explains this response

4 operations that cannot be explained together; 2 responses of the history come before the last of them

client c  ├ 1: write 7 …
client a    ├ 2: write 1 ┤
client b                   ├ 3: read → 7 ┤ ├ 4: read → 1 ┤  ← nothing explains this

after 2, 1, 3 (state 7): 4 returned 1, would return 7 here
after 1, 2 (state 1): 3 returned 7, would return 1 here`);
});

test("operations that do not fit a screen are listed", () => {
  const wide = explained();
  const text = historyText({
    ...wide,
    key: "k",
    operations: wide.operations.map((each) => ({ ...each, operation: { kind: "write", value: "x".repeat(60) } })),
  });
  expect(text).toContain("VIOLATED cas-register, key k:");
  expect(text).toMatch(/^ {2}1: client c \[0, never\] write x+ …$/m);
  expect(text).toMatch(/^ {2}4: client b \[5, 6\] write x+ → 1 {2}← nothing explains this$/m);
});

test("operations are named by their kind and values, others by their JSON", () => {
  expect([
    operationText({ kind: "cas", old: 1, new: "two" }),
    operationText([1, { a: 2 }]),
    operationText("go"),
    operationText(undefined),
    operationText({ key: "k", operation: { kind: "write", value: 2n ** 64n } }),
  ]).toEqual(["cas 1 two", '[1,{"a":2}]', '"go"', "undefined", "write 18446744073709551616 of k"]);
  const item = { client: 0, invokedAt: 0, respondedAt: 1 };
  expect(completedText({ ...item, operation: { kind: "pop" }, response: null })).toBe("pop → null");
  expect(completedText({ ...item, operation: { kind: "pop" }, response: undefined })).toBe("pop → ?");
});

test("verdicts are one line, with the bound that was hit first", () => {
  expect(outcomeText("a.log", { kind: "holds", operations: 5, parts: 2, decidedBy: "monitor and search" })).toBe(
    "holds    a.log  5 operations in 2 keys, decided by monitor and search",
  );
  expect(
    outcomeText("a\u001b.log", {
      kind: "unknown",
      because: "memory",
      key: "k",
      explained: 3,
      operations: 9,
      configurations: 8,
      open: [],
    }),
  ).toBe(
    "unknown  a\\u{1b}.log  stopped at its memory bound: 3 of 9 operations of key k explained, 8 configurations there",
  );
  expect(
    outcomeText("a.log", {
      kind: "violated",
      because: "why",
      key: undefined,
      impossible: undefined,
      operations: [],
      decidedBy: "search",
    }),
  ).toBe("VIOLATED a.log: why");
  expect(outcomeText("a.log", explained())).toMatch(/^a\.log\nVIOLATED cas-register/);
});

test("the page has a mark for each operation, reachable by keys and pointer, and no external resources", () => {
  const page = historyPage(explained(), "history.log");
  expect(page.match(/<g class="[^"]*" tabindex="0" role="img"/g)).toHaveLength(4);
  expect(page).toContain('<g class="impossible"');
  expect(page).toContain('<g class="taken pending"');
  expect(page).toContain('aria-label="client b, 4: read → 1, nothing explains this"');
  expect(page).not.toMatch(/https?:|src=|href=/);
});

const recording: Recording = {
  format: "edn",
  taken: 4,
  failed: 3,
  refused: 1,
  unseen: 0,
  leftOut: 0,
  notes: { nemesis: 1_001, log: 0, annotation: 0 },
  excluded: { drain: 1 },
  firstNotes: [
    { kind: "nemesis", at: 3.5, line: 9, text: "nemesis start <b>" },
    { kind: "nemesis", at: 99, line: 10, text: "nemesis stop" },
  ],
  firstExcluded: [
    { client: "d", f: "drain", key: undefined, argument: 3, output: 5, invokedAt: 2.5, respondedAt: 3.2, line: 12 },
  ],
};

test("with a recording, the page shows the longest linearizable prefix, notes, and operations left out", () => {
  const lines = { 0: 1, 1: 2, 2: 4, 3: 6 };
  const page = historyPage(explained(), "history.log", { recording, lines, prefix });
  expect(page).toContain("<h2>The longest linearizable prefix</h2>");
  expect(page).toContain(
    "the longest linearizable prefix has 2 of 3 responses; the next is that of line 6 (client b: read → 1)",
  );
  // Four operations, one left out, and the note that falls among them; and the four of the counterexample.
  expect(page.match(/<g class="[^"]*" tabindex="0" role="img"/g)).toHaveLength(4 + 4 + 1 + 1);
  expect(page).toContain('aria-label="client b, read → 1, line 6, no order explains this response"');
  expect(page).toContain('<g class="excluded"');
  expect(page).toContain('aria-label="client d, drain 3 → 5, line 12, left out by --exclude"');
  expect(page).toContain('aria-label="note of line 9: nemesis start &lt;b&gt;"');
  expect(page).toContain("<li>line 10: nemesis stop</li><li>… and 999 more</li>");
  expect(page).toContain("<li>line 12: client d, drain 3 → 5</li></ul>");
  expect(page).toContain(
    "<p>4 operations, as EDN; failed: 3; refused: 1; notes: nemesis 1001; left out by --exclude: drain 1.</p>",
  );
  expect(page).not.toContain("start <b>");
});

test("the verdict names the format, counts records outside the history, and gives the longest explained prefix", () => {
  const recorded = { recording, prefix, lines: { 0: 1, 1: 2, 2: 4, 3: 6 } };
  const read = "EDN; failed: 3; refused: 1; notes: nemesis 1001; left out by --exclude: drain 1";
  expect(outcomeText("a.edn", { kind: "holds", operations: 4, parts: 1, decidedBy: "search" }, recorded)).toBe(
    `holds    a.edn  4 operations, decided by search; read as ${read}`,
  );
  expect(outcomeText("a.edn", explained(), recorded).split("\n").slice(-5)).toEqual([
    "",
    "in the file: 1 in line 1, 2 in line 2, 3 in line 4, 4 in line 6",
    "the longest linearizable prefix has 2 of 3 responses; the next is that of line 6 (client b: read → 1)",
    `4 operations, read as ${read}`,
    "",
  ]);
});

test("text from a history cannot become part of the page", () => {
  const page = historyPage(explained(["<script>alert(1)</script>", '" onfocus="x', "\u202Eevil"]), "<b>title</b>");
  expect(page).not.toContain("<script>alert");
  expect(page).not.toContain('" onfocus="x');
  expect(page).not.toContain("\u202E");
  expect(page).toContain("&lt;b&gt;title&lt;/b&gt;");
});

test("arrow keys walk along the longest order and between the marks, and the line below describes each", () => {
  const page = historyPage(explained(), "history.log");
  const script = /<script>([\s\S]*)<\/script>/.exec(page)?.[1] ?? "";
  interface Mark {
    readonly dataset: { readonly order: string };
    readonly label: string;
    readonly handlers: Map<string, () => void>;
    getAttribute(): string;
    addEventListener(type: string, handler: () => void): void;
    focus(): void;
  }
  let active: Mark | undefined;
  const marks = [...page.matchAll(/data-order="(-?\d+)" aria-label="([^"]*)"/g)].map((match): Mark => {
    const handlers = new Map<string, () => void>();
    const mark: Mark = {
      dataset: { order: match[1] ?? "" },
      label: match[2] ?? "",
      handlers,
      getAttribute: () => match[2] ?? "",
      addEventListener: (type, handler) => void handlers.set(type, handler),
      focus() {
        active = mark;
        handlers.get("focus")?.();
      },
    };
    return mark;
  });
  const detail = { textContent: "" };
  let onKey = (_event: { key: string; preventDefault: () => void }): void => undefined;
  const document = {
    querySelectorAll: () => marks,
    getElementById: () => detail,
    addEventListener: (_type: string, handler: typeof onKey) => {
      onKey = handler;
    },
    get activeElement() {
      return active;
    },
  };
  runInNewContext(script, { document });
  const press = (key: string): string => {
    onKey({ key, preventDefault: () => undefined });
    return detail.textContent;
  };
  expect([press("ArrowRight"), press("ArrowRight"), press("ArrowRight")]).toEqual([
    "client a, 2: write 1",
    "client c, 1: write 7 …",
    "client b, 3: read → 7",
  ]);
  expect(press("ArrowDown")).toBe("client b, 4: read → 1, nothing explains this");
  expect(press("x")).toBe("client b, 4: read → 1, nothing explains this");
  marks[1]?.handlers.get("pointerenter")?.();
  expect(detail.textContent).toBe("client a, 2: write 1");
});
