import { expect, test } from "vitest";
import { DATA_MARK, filledPage, inertJson, type PageData } from "./page-data.ts";

const data: PageData = {
  format: "quiesce-page",
  version: 1,
  title: "</script><!--<script>$& $1",
  runs: [],
  traces: {},
  bugs: [],
  certificates: [],
  litmus: [],
  histories: [],
  saturation: [],
  benches: [],
  coverage: [],
  mutation: [],
  notes: [],
};

test("data in the page is JSON that ends no script and begins no comment", () => {
  const page = filledPage(`<script>${DATA_MARK}</script>`, data);
  const json = page.slice("<script>".length, -"</script>".length);
  expect(json).not.toContain("<");
  expect(JSON.parse(json)).toEqual(data);
});

test("invalid UTF-16 and bidirectional marks are read back unchanged", () => {
  const text = "\ud800 \u2028\u2029 \u202e";
  expect(JSON.parse(inertJson(text))).toBe(text);
});

test("a template without a place for data, or with two, is refused", () => {
  expect(() => filledPage("", data)).toThrow("has 0 places");
  expect(() => filledPage(`${DATA_MARK}${DATA_MARK}`, data)).toThrow("has 2 places");
});
